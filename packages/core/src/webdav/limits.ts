/** Bounds on what one answer may make us hold or do. */
export interface DavLimits {
  /** Bytes of one listing, all its pages together. */
  readonly maxBytes: number;
  /** Entries of one listing. */
  readonly maxEntries: number;
  /** Characters of one `response` element: bounds what is held at once. */
  readonly maxEntryChars: number;
  readonly maxHrefChars: number;
  /** Nesting of elements. */
  readonly maxXmlDepth: number;
  /** Pages by `Link: rel="next"`. */
  readonly maxPages: number;
  /** Time for a whole listing or a request without a streamed body. */
  readonly timeoutMs: number;
}

export const defaultDavLimits: DavLimits = {
  maxBytes: 256 * 1024 * 1024,
  maxEntries: 200_000,
  maxEntryChars: 256 * 1024,
  maxHrefChars: 16_384,
  maxXmlDepth: 32,
  maxPages: 1_000,
  timeoutMs: 120_000,
};
