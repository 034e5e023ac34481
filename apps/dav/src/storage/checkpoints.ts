import { checkpointFrames } from "./open-database.ts";
import type { PortParts } from "./port-parts.ts";

/** Writes the log's pages where they belong, for connections that leave it to another. */
export interface Checkpoints {
  /** Does so when there are enough of them; others may read and write meanwhile. */
  runWhenDue(): Promise<void>;
}

export const checkpointWrites = ["runWhenDue"] as const satisfies readonly (keyof Checkpoints)[];

/** While writes go on the log is never through, and grows: with so many frames it begins anew. */
const longFrames = 3 * checkpointFrames;

interface LogState {
  /** Frames in the log, and how many of them are in the database as well. */
  readonly log: number;
  readonly checkpointed: number;
}

export function createCheckpoints({ db, commits }: Pick<PortParts, "db" | "commits">): Checkpoints {
  const look = db.prepare<[], LogState>("PRAGMA wal_checkpoint(NOOP)");
  const pass = db.prepare<[], LogState>("PRAGMA wal_checkpoint(PASSIVE)");
  const restart = db.prepare<[], LogState>("PRAGMA wal_checkpoint(RESTART)");
  const isDue = (state: LogState | undefined) =>
    state !== undefined && state.log - state.checkpointed >= checkpointFrames;
  return {
    async runWhenDue() {
      if (!isDue(look.get())) return;
      const state = pass.get();
      if (state !== undefined && state.log >= longFrames) await commits.alone(() => restart.get());
    },
  };
}
