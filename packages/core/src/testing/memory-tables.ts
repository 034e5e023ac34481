import type { Connection } from "../connections/index.ts";
import type { Job } from "../jobs/index.ts";
import type { Book, FolderState, Proposal, Round } from "../library/index.ts";

export interface FolderRow extends FolderState {
  readonly userId: string;
  readonly connectionId: string;
  readonly parent: string | null;
  readonly etag: string | null;
  readonly modifiedAtMs: number | null;
}

export interface RoundRow extends Omit<Round, "resumed"> {
  readonly userId: string;
  readonly connectionId: string;
}

/** The rows the in-memory repositories share, as one database would hold them. */
export interface MemoryTables {
  readonly connections: Map<string, Connection>;
  readonly books: Map<string, Book>;
  /** By connection, then by path. */
  readonly folders: Map<string, Map<string, FolderRow>>;
  /** By connection, in order. */
  readonly rounds: Map<string, RoundRow[]>;
  readonly proposals: Map<string, Proposal>;
  readonly jobs: Map<string, Job>;
}

export function createMemoryTables(): MemoryTables {
  return {
    connections: new Map(),
    books: new Map(),
    folders: new Map(),
    rounds: new Map(),
    proposals: new Map(),
    jobs: new Map(),
  };
}
