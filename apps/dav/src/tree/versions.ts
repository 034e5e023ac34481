import type { Place } from "./place.ts";
import type { Swept } from "./retention.ts";
import type { FoundNode, TransferOptions, TreeNode, Written } from "./tree.ts";

/** What a file held before it was written over. */
export interface FileVersion {
  readonly id: number;
  readonly hash: string;
  readonly etag: string;
  readonly size: number;
  readonly type: string | null;
  readonly modifiedMs: number;
  readonly replacedMs: number;
  /** DID of the device that wrote over it. */
  readonly replacedBy: string | null;
}

/** The place of a version: the file it is of, and its id. */
export interface VersionPlace {
  readonly file: Place;
  readonly id: number;
}

/** What was written over. Refusals are those of the tree. */
export interface Versions {
  /** Of a file, the newest last; null when there is no file. */
  list(file: Place): Promise<readonly FileVersion[] | null>;
  /** A version as a file of its own, with its id as the name. */
  read(from: VersionPlace): Promise<FoundNode | null>;
  /** Gives a file, or a new one, the content of a version; what the file had becomes a version first. */
  restore(from: VersionPlace, to: Place, options: RestoreOptions): Promise<Written>;
  /** Ends versions of a file for good: these, or all. `not_found` when there was none. */
  drop(file: Place, ids: readonly number[] | "all"): Promise<void>;
  /** Ends some of those past their time; `items: 0` when none are left. */
  expire(nowMs: number, limit: number): Promise<Swept>;
  /** What may go of the versions of some files, as they grow old; `last` to go on from, null at the end. */
  thinnable(
    nowMs: number,
    afterNode: number,
    limit: number,
  ): Promise<{ readonly ids: readonly number[]; readonly last: number | null }>;
  /** Ends versions by their ids; those that are not there any more are passed over. */
  end(ids: readonly number[]): Promise<Swept>;
}

export interface RestoreOptions extends Pick<TransferOptions, "overwrite" | "conditions"> {
  /** Whether the version is taken out of its place. */
  readonly isMove: boolean;
}

/** A version as it is shown: a file, named by its id. */
export function versionNode(version: FileVersion): TreeNode {
  const { id, hash, etag, size, type, modifiedMs, replacedMs: createdMs } = version;
  return { id, kind: "file", name: String(id), size, etag, hash, type, createdMs, modifiedMs };
}
