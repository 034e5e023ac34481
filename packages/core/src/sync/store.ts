import type { EntityState } from "./entity-state.ts";
import type { ClockState } from "./hlc.ts";
import type { Op, Unplaced } from "./op.ts";

/** A finished change waiting to enter this device's lane. */
export interface Draft {
  /** Local order, from 1. */
  readonly id: number;
  /** What must leave together, e.g. a session; held back as a whole while the group is busy. */
  readonly group: string;
  /** Written by a copy of this profile: its deletes have not seen our lane. */
  readonly isForeign: boolean;
  readonly op: Unplaced<Op>;
}

/** A sealed file of a lane; the attempt is a hint, any attempt of the same hash is the same segment. */
export interface SegmentRef {
  readonly from: number;
  readonly to: number;
  readonly hash: string;
  readonly attempt: string;
  readonly level: number;
  /** Size of the file as we sent it; known for our own lane only, and never sent. */
  readonly packedBytes?: number;
}

/** A tail as it is or was in a lane: the text is kept so that anyone can put the same signed words back. */
export interface KeptTail {
  readonly seq: number;
  readonly hash: string;
  readonly text: string;
}

export interface OwnLane {
  readonly lane: string;
  /** The key that signs the lane, null for none; it is the same from the first tail to the last. */
  readonly did: string | null;
  /** The last op placed in the lane. */
  readonly seq: number;
  readonly segments: readonly SegmentRef[];
  /** Written down before the first PUT, so that every attempt for one sequence number says the same. */
  readonly sealed: KeptTail | null;
  /** The newest tail the server confirmed, by its name. */
  readonly acked: { readonly seq: number; readonly hash: string; readonly name: string } | null;
  /**
   * The tail confirmed before `acked`: while it is listed too, nothing was lost in between. "" when segments went up
   * with the newest tail, which are then looked for once; null when there is nothing to doubt.
   */
  readonly previous: string | null;
  /** `<seq>~<hash>` of tails this installation sealed, newest last, bounded. */
  readonly known: readonly string[];
  /** When the segments were last looked for on the server, by the local clock. */
  readonly verifiedAtMs: number;
  /** Names in `s/` that no tail of ours refers to any more, or that were tried and never confirmed. */
  readonly litter: readonly string[];
  /** Lanes this installation wrote before it found that a copy of it wrote them too. */
  readonly retired: readonly RetiredLane[];
}

export interface RetiredLane {
  readonly lane: string;
  readonly from: number;
  readonly known: readonly string[];
}

export interface LaneProgress {
  readonly lane: string;
  /** Every op up to here is applied. */
  readonly applied: number;
  /** The signing key the lane was first read with; null for a lane without signatures. */
  readonly did: string | null;
  /** From here on the lane does not count; 0 when all of it does. */
  readonly cutFrom: number;
  /** Polls in a row that did not show what is held here. */
  readonly missedPolls: number;
  /** Tails that could not be read, newest last, bounded. */
  readonly unreadable: readonly UnreadableTail[];
}

export interface UnreadableTail {
  readonly name: string;
  readonly tries: number;
  /** Left alone until then, by the local clock. */
  readonly retryAtMs: number;
}

/** A reply that is not finished, or that failed with nothing to say: it stays on this device. */
export interface LiveRecord {
  readonly id: string;
  readonly group: string;
  readonly isStreaming: boolean;
  /** The tab that writes it. */
  readonly owner: string;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly text: string;
  readonly model: string | null;
  readonly error: string | null;
}

/** What each table holds, by a string key in code-unit order. */
export interface SyncTables {
  /** key `clock` */
  readonly clock: ClockState;
  /** key `own` */
  readonly own: OwnLane;
  /** key: lane */
  readonly lanes: LaneProgress;
  /** key: lane; the newest verified tail of another device */
  readonly tails: KeptTail;
  /** key: `opKey(lane, seq)` */
  readonly ops: Op;
  /** key: `draftKey(id)` */
  readonly drafts: Draft;
  /** key: entity */
  readonly entities: EntityState;
  /** key: `<group>/<id>` */
  readonly live: LiveRecord;
}

export type SyncTable = keyof SyncTables;

export const syncTables = [
  "clock",
  "own",
  "lanes",
  "tails",
  "ops",
  "drafts",
  "entities",
  "live",
] as const satisfies readonly SyncTable[];

/** Keys from `from` (included) to `to` (excluded), ascending unless `reverse`. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
  readonly limit?: number;
  readonly reverse?: boolean;
}

export interface KeyedRecord<T> {
  readonly key: string;
  readonly value: T;
}

export interface SyncReader {
  get<T extends SyncTable>(table: T, key: string): Promise<SyncTables[T] | undefined>;
  list<T extends SyncTable>(table: T, range: KeyRange): Promise<readonly KeyedRecord<SyncTables[T]>[]>;
}

export interface SyncWriter extends SyncReader {
  put<T extends SyncTable>(table: T, key: string, value: SyncTables[T]): Promise<void>;
  remove(table: SyncTable, key: string): Promise<void>;
}

/**
 * The device's own database: an ordered key-value store with transactions. `work` awaits nothing but its reader or
 * writer (IndexedDB ends a transaction otherwise). A write is all or nothing and sees its own changes; writes run one
 * after another, also those of other tabs. Values are plain data, copied on the way in and out.
 */
export interface SyncStore {
  read<T>(work: (reader: SyncReader) => Promise<T>): Promise<T>;
  write<T>(work: (writer: SyncWriter) => Promise<T>): Promise<T>;
  /** Calls back after each commit that changed something, also of other tabs; returns the way to stop. */
  onCommit(listener: (tables: ReadonlySet<SyncTable>) => void): () => void;
}

export const wholeTable: KeyRange = { from: "", to: "\uffff" };

export function opKey(lane: string, seq: number): string {
  return `${lane}/${padded(seq)}`;
}

export function draftKey(id: number): string {
  return padded(id);
}

export function keysUnder(prefix: string): KeyRange {
  return { from: prefix, to: `${prefix}\uffff` };
}

function padded(value: number): string {
  return String(value).padStart(15, "0");
}
