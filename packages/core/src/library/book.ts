import type { BookFormat } from "./format.ts";

/**
 * `present`: in the last listing of its folder · `suspect`: absent in one complete scan, shown as present ·
 * `missing`: absent in two complete scans, or confirmed by the server. It becomes present again when seen again.
 */
export type BookState = "present" | "suspect" | "missing";
export type ReadState = "unread" | "reading" | "finished";

/** What a listing says of a file, with what follows from its path alone. */
export interface BookFacts {
  /** Decoded path below the connection's address, segments joined by `/`, no slash at the ends; exactly as the server spells it. */
  readonly path: string;
  /** `path` without its last segment; "" for the root. */
  readonly folder: string;
  readonly name: string;
  readonly format: BookFormat;
  readonly title: string;
  /** Folded title with padded numbers: what sorting by title compares, by code point. */
  readonly titleKey: string;
  /** Folded title, author, series and path: what search looks in. */
  readonly searchText: string;
  readonly sizeBytes: number | null;
  readonly etag: string | null;
  readonly modifiedAtMs: number | null;
}

/** A file of a known format on a connection. Identity is `id`; (connection, path) is unique at any one time. */
export interface Book extends BookFacts {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
  readonly author: string | null;
  /** Folded author, "" when unknown. */
  readonly authorKey: string;
  readonly series: string | null;
  /** JSON read from the file itself, when it was opened; null until then. */
  readonly metadata: string | null;
  /** Where the cover is kept; null until it was read. */
  readonly cover: string | null;
  /** Hash of content, when it was read; null until then and after the content changed. */
  readonly fingerprint: string | null;
  readonly state: BookState;
  readonly readState: ReadState;
  /** Round of the scan that found it first. */
  readonly firstRound: number;
  /** Round whose listing lacked it; null while it is listed. */
  readonly absentRound: number | null;
  /** Round that made it suspect; null unless suspect or missing by way of it. */
  readonly suspectRound: number | null;
  readonly missingSinceMs: number | null;
  readonly addedAtMs: number;
  /** When the file was seen changed, or `addedAtMs`. */
  readonly changedAtMs: number;
}
