import type { Book, BookFacts, BookState } from "./book.ts";

/** `running`: open, to be resumed after a kill · `complete`: every folder listed · `partial`: some failed · `aborted`: no outcome. */
export type RoundStatus = "running" | "complete" | "partial" | "aborted";

/** Counts of one round, kept with every commit so that a resumed scan goes on counting. */
export interface RoundCounts {
  readonly folders: number;
  readonly files: number;
  readonly added: number;
  readonly changed: number;
  readonly missing: number;
  readonly restored: number;
  readonly bytes: number;
  readonly requests: number;
}

/** One pass over the whole tree of a connection. Numbers start at 1 and grow by 1 per connection. */
export interface Round {
  readonly number: number;
  readonly status: RoundStatus;
  readonly counts: RoundCounts;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  /** True when this `openRound` found it already running. */
  readonly resumed: boolean;
}

/** A folder as the scan left it; the root is "", a folder's parent is its path without the last segment. */
export interface FolderState {
  readonly path: string;
  /** Round that last listed it in full; 0: never. */
  readonly listedRound: number;
  /** Round in which listing it last failed; 0: never. */
  readonly failedRound: number;
  /** Its parent's last listing lacked it (or lacked one above it). */
  readonly isGone: boolean;
}

export interface FolderFacts {
  readonly path: string;
  readonly etag: string | null;
  readonly modifiedAtMs: number | null;
}

/** The part of a book the diff compares. */
export type KnownBook = Pick<
  Book,
  "id" | "path" | "sizeBytes" | "etag" | "modifiedAtMs" | "state" | "absentRound"
>;

/** What the index holds directly in one folder. */
export interface KnownFolder {
  readonly path: string;
  readonly folders: readonly (FolderFacts & { readonly isGone: boolean })[];
  readonly books: readonly KnownBook[];
}

export interface NewBook extends BookFacts {
  readonly id: string;
  readonly addedAtMs: number;
}

/** A known book seen again: facts replaced, state `present`, `absentRound`, `suspectRound` and `missingSinceMs` cleared. */
export interface SeenBook {
  readonly id: string;
  readonly sizeBytes: number | null;
  readonly etag: string | null;
  readonly modifiedAtMs: number | null;
  /** Set when the content changed: becomes `changedAtMs` and clears `fingerprint`; null leaves both. */
  readonly changedAtMs: number | null;
}

/** Everything one folder's listing changes. */
export interface FolderCommit {
  readonly folder: FolderFacts;
  /** `failed` sets `failedRound` only, and the lists are empty: the subtree stays unknown. */
  readonly outcome: "listed" | "failed";
  /** Direct subfolders that are new, changed or back: inserted or updated, not gone. One that comes back takes its whole known subtree back (nothing below is gone any more). */
  readonly folders: readonly FolderFacts[];
  /** Direct subfolders no longer listed: they and every known folder below become gone. Their books are counted by `markAbsent`. */
  readonly goneFolders: readonly string[];
  /** A path that is already there (a commit repeated after a kill) becomes a seen book instead of a second row. */
  readonly added: readonly NewBook[];
  readonly seen: readonly SeenBook[];
  /** Known books directly in this folder that the listing lacked: `absentRound` becomes the round, the state stays. */
  readonly absentIds: readonly string[];
}

export interface Absence {
  /** Books of the connection that are not missing, before this round's outcome. */
  readonly known: number;
  /** Of those, the ones with this round's `absentRound`. */
  readonly absent: number;
}

/** The lost book keeps id, reading state and what was read from the file, and takes the found one's facts; the found row goes. */
export interface Move {
  readonly lostId: string;
  readonly foundId: string;
  readonly facts: BookFacts;
}

/**
 * What to do with the books whose `absentRound` is the round and whose state is not missing.
 * `apply`: the confirmed become missing; of the rest, with `promotes`, those with an earlier `suspectRound` → missing,
 * and, if the round was complete, present → suspect (`suspectRound` = round); else they stay. `accept`: all become missing.
 * `forget`: present again, marks cleared. Becoming missing sets `missingSinceMs`.
 */
export type AbsenceDecision =
  | {
      readonly kind: "apply";
      readonly confirmedIds: readonly string[];
      readonly isComplete: boolean;
      /** Being absent a second time is proof enough. */
      readonly promotes: boolean;
      readonly nowMs: number;
    }
  | { readonly kind: "accept"; readonly nowMs: number }
  | { readonly kind: "forget" };

/**
 * What a scan reads and writes. Every method takes the user first and touches only that user's connection: for a
 * connection that is not the user's, reads find nothing and writes throw `not_found`. Each method is one transaction.
 * Paths are compared byte by byte: case matters, `%` and `_` mean themselves, lengths reach 4,096 characters.
 * Implementations run `describeScanStore` of core/testing.
 */
export interface ScanStore {
  /** Returns the connection's running round (`resumed`), unless it started before `staleBeforeMs` (then it is aborted); else a new one. Creates the root folder. */
  openRound(
    userId: string,
    connectionId: string,
    at: { readonly nowMs: number; readonly staleBeforeMs: number },
  ): Promise<Round>;
  /** All known folders, for resuming: those under a listed folder that this round has neither listed nor failed are still to do. */
  listFolderStates(userId: string, connectionId: string): Promise<readonly FolderState[]>;
  /** The direct content of each folder asked for; a folder that is not known has empty lists. At most 64 paths a call. */
  readFolders(
    userId: string,
    connectionId: string,
    paths: readonly string[],
  ): Promise<readonly KnownFolder[]>;
  /** Commits finished folders with all their children and the round's counts: all of them or none. */
  commitFolders(
    userId: string,
    connectionId: string,
    round: number,
    commits: readonly FolderCommit[],
    counts: RoundCounts,
  ): Promise<void>;

  /** Gives every book directly in a gone folder, unless missing, this round as `absentRound`; then counts. May be repeated. */
  markAbsent(userId: string, connectionId: string, round: number): Promise<Absence>;
  /** Books absent in this round or missing, by id, ids above `afterId`: what moves and confirmations look at. */
  listLost(
    userId: string,
    connectionId: string,
    round: number,
    page: { readonly afterId: string; readonly limit: number },
  ): Promise<readonly Book[]>;
  /** Present, listed books first seen in `sinceRound` or later with one of these sizes (at most 500): where lost ones may have moved. */
  findRecent(
    userId: string,
    connectionId: string,
    sinceRound: number,
    sizes: readonly number[],
  ): Promise<readonly Book[]>;
  /** Applies moves; one whose books are not both there is left out. A found book that was read gives its reading state to an unread lost one. */
  applyMoves(userId: string, connectionId: string, moves: readonly Move[]): Promise<void>;
  /** Returns how many became suspect and missing. May be repeated with the same decision: the second time changes nothing. */
  settleAbsent(
    userId: string,
    connectionId: string,
    round: number,
    decision: AbsenceDecision,
  ): Promise<{ readonly suspect: number; readonly missing: number }>;
  /** Ends the round and forgets the gone folders that directly hold no book other than missing ones. */
  closeRound(
    userId: string,
    connectionId: string,
    round: number,
    end: {
      readonly status: Exclude<RoundStatus, "running">;
      readonly counts: RoundCounts;
      readonly nowMs: number;
    },
  ): Promise<void>;
}

export function isLost(
  book: { readonly state: BookState; readonly absentRound: number | null },
  round: number,
): boolean {
  return book.state === "missing" || book.absentRound === round;
}
