import type { Place } from "./place.ts";
import type { StoredBytes } from "./tree.ts";

/** Where something was, and when and by whom it was deleted. */
export interface DeletedFacts {
  readonly appId: string;
  /** Below its app. */
  readonly path: readonly string[];
  readonly deletedMs: number;
  readonly deletedBy: string | null;
}

/** What a file held until it was written over; its bytes are kept already. */
export interface ReplacedBytes extends Omit<StoredBytes, "modifiedMs"> {
  readonly modifiedMs: number;
  readonly replacedMs: number;
  readonly replacedBy: string | null;
}

/** Brings trash and versions from elsewhere, each entry and each file's history whole or not at all. */
export interface KeptImports {
  /** A collection that no request can name, to build an entry of the trash in; empty. Whatever an import left in it ends. */
  openBench(owner: number): Promise<number>;
  /** Ends what is left in it. */
  clearBench(owner: number): Promise<void>;
  /** The name an entry has or would have in the trash, and whether it is there already. */
  entryFor(owner: number, name: string, facts: DeletedFacts): Promise<{ readonly isThere: boolean }>;
  /** Puts what was built into the trash, in one step. */
  bringEntry(from: Place, name: string, facts: DeletedFacts): Promise<void>;
  /** Adds what a file's history lacks of these, oldest first; answers how many. `insufficient_storage` beyond the quota. */
  bringVersions(file: Place, versions: readonly ReplacedBytes[]): Promise<number>;
}
