/** `l`: tails; `s`: segments. */
export type LaneFolder = "l" | "s";

export interface LaneListing {
  /** False only when the server said that the folder is not there (404), never on any other failure. */
  readonly found: boolean;
  readonly names: readonly string[];
  /** Sizes as far as the server says them; only asked for in `s`. */
  readonly bytesByName: ReadonlyMap<string, number>;
  /** The server's time of this answer; null when it does not say. */
  readonly serverDateMs: number | null;
}

/**
 * The app's folder on a server, as far as lanes need it. Whatever is not a clear answer rejects with a ReliteError
 * (`unauthorized`, `forbidden`, `insufficient`, `insufficient_storage`, … ; anything else counts as offline).
 */
export interface LaneRemote {
  /** One request, names only. */
  list(folder: LaneFolder, signal: AbortSignal): Promise<LaneListing>;
  /** Null when there is no such file (404). */
  get(folder: LaneFolder, name: string, signal: AbortSignal): Promise<Uint8Array | null>;
  /** Resolves when the server confirmed the write; `conflict` or `not_found` when the folder is missing. */
  put(folder: LaneFolder, name: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** A file that is already gone is fine. */
  remove(folder: LaneFolder, name: string, signal: AbortSignal): Promise<void>;
  /** Makes the folders; ones that exist are fine. */
  prepare(signal: AbortSignal): Promise<void>;
}
