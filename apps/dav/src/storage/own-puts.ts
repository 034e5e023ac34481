import { createSqliteTree } from "../tree/sqlite/sqlite-tree.ts";
import type { Tree } from "../tree/tree.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { openForWriting } from "./open-database.ts";
import type { PortParts } from "./port-parts.ts";
import { isDatabaseHeld } from "./storage-errors.ts";
import type { WriteTurns } from "./write-turns.ts";

export interface OwnPuts {
  readonly put: Tree["put"];
  close(): void;
}

export interface OwnPutParts extends Pick<PortParts, "nowMs" | "files" | "retention"> {
  readonly databaseFile: string;
  readonly turns: WriteTurns;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
  /** The writer's, which can wait. */
  readonly forward: Tree["put"];
  /** Told after every so many files that the log has grown. */
  askForCheckpoint(): void;
}

/** About 4 pages of the log each; a checkpoint is due with 4,000. */
const filesPerCheckpoint = 250;
/** A commit that takes longer keeps readers waiting who need not wait. */
const slowMs = 10;
const leastAvoidedMs = 1_000;
const mostAvoidedMs = 30_000;

/**
 * Writes files on a connection of the thread's own: what most writes are then costs no message and no second thread. Where
 * that would hold up its readers (a slow disk, another process that has the database) files are left to the writer, and it
 * is tried again after a while.
 */
export function openOwnPuts(parts: OwnPutParts): OwnPuts {
  const { databaseFile, forward, askForCheckpoint } = parts;
  const db = openForWriting(databaseFile);
  const avoidance = createAvoidance(parts.steadyMs);
  const turns = timed(parts.turns, parts.steadyMs, avoidance.note);
  const tree = createSqliteTree({ ...parts, db, commits: createCommitQueue(db, { turns }) });
  let written = 0;

  return {
    put: (place, bytes, conditions) => {
      if (avoidance.isOn()) return forward(place, bytes, conditions);
      return tree.put(place, bytes, conditions).then(
        (result) => {
          written += 1;
          if (written % filesPerCheckpoint === 0) askForCheckpoint();
          return result;
        },
        (error: unknown) => {
          if (!isDatabaseHeld(error)) throw error;
          avoidance.note(Number.POSITIVE_INFINITY);
          return forward(place, bytes, conditions);
        },
      );
    },
    close: () => db.close(),
  };
}

/** Whether files are left to the writer for now: longer each time that it was too slow again. */
function createAvoidance(steadyMs: () => number) {
  let untilMs = Number.NEGATIVE_INFINITY;
  let nextMs = leastAvoidedMs;
  return {
    isOn: () => steadyMs() < untilMs,
    note(tookMs: number): void {
      if (tookMs <= slowMs) nextMs = leastAvoidedMs;
      else if (steadyMs() >= untilMs) {
        untilMs = steadyMs() + nextMs;
        nextMs = Math.min(nextMs * 2, mostAvoidedMs);
      }
    },
  };
}

/** The same turns, telling how long each was. */
function timed(turns: WriteTurns, steadyMs: () => number, tell: (tookMs: number) => void): WriteTurns {
  let sinceMs = 0;
  const begin = (hasTurn: boolean): boolean => {
    if (hasTurn) sinceMs = steadyMs();
    return hasTurn;
  };
  return {
    whenFree: turns.whenFree,
    take: () => begin(turns.take()),
    insist: () => begin(turns.insist()),
    giveBack: () => {
      turns.giveBack();
      tell(steadyMs() - sinceMs);
    },
  };
}
