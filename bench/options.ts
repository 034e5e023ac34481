/** What a run is narrowed to; null: everything. */
export interface BenchOptions {
  /** The groups of tables to measure. */
  readonly only: readonly string[] | null;
  /** The peers to measure beside ours, by the first word of their names in lower case. */
  readonly peers: readonly string[] | null;
  /** Says what goes on, a line at a time. */
  say(line: string): void;
}
