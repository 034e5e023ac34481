import { noCounts, type Round, type RoundCounts, type RoundStatus } from "@relite/core/library";
import type { Sql } from "@relite/prisma";
import { hashPath } from "../library/path-hash.ts";
import { oneOf } from "../rows.ts";

interface RoundRow {
  readonly number: number;
  readonly status: string;
  readonly counts: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
}

export interface RoundStart {
  readonly nowMs: number;
  readonly staleBeforeMs: number;
}

export async function openRound(
  tx: Sql,
  connectionId: string,
  { nowMs, staleBeforeMs }: RoundStart,
): Promise<Round> {
  const [last] = await tx.all<RoundRow>(
    `SELECT "number", "status", "counts", "startedAtMs", "finishedAtMs" FROM "Round"
     WHERE "connectionId" = ? ORDER BY "number" DESC LIMIT 1`,
    [connectionId],
  );
  const isRunning = last?.status === "running";
  if (isRunning && last.startedAtMs >= staleBeforeMs) return { ...toRound(last), resumed: true };
  if (isRunning) await endRound(tx, connectionId, last.number, { status: "aborted", counts: null, nowMs });
  const number = (last?.number ?? 0) + 1;
  await tx.run(
    `INSERT INTO "Round" ("connectionId", "number", "status", "counts", "startedAtMs") VALUES (?, ?, 'running', ?, ?)`,
    [connectionId, number, JSON.stringify(noCounts), nowMs],
  );
  await tx.run(
    `INSERT INTO "Folder" ("connectionId", "pathHash", "path", "listedRound", "failedRound", "isGone")
     VALUES (?, ?, '', 0, 0, ?) ON CONFLICT DO NOTHING`,
    [connectionId, hashPath(""), false],
  );
  return {
    number,
    status: "running",
    counts: noCounts,
    startedAtMs: nowMs,
    finishedAtMs: null,
    resumed: false,
  };
}

export async function setCounts(
  tx: Sql,
  connectionId: string,
  round: number,
  counts: RoundCounts,
): Promise<void> {
  await tx.run(`UPDATE "Round" SET "counts" = ? WHERE "connectionId" = ? AND "number" = ?`, [
    JSON.stringify(counts),
    connectionId,
    round,
  ]);
}

export interface RoundEnd {
  readonly status: Exclude<RoundStatus, "running">;
  /** Null leaves what the last commit counted. */
  readonly counts: RoundCounts | null;
  readonly nowMs: number;
}

export async function endRound(
  tx: Sql,
  connectionId: string,
  round: number,
  { status, counts, nowMs }: RoundEnd,
): Promise<void> {
  await tx.run(
    `UPDATE "Round" SET "status" = ?, "counts" = COALESCE(?, "counts"), "finishedAtMs" = ?
     WHERE "connectionId" = ? AND "number" = ?`,
    [status, counts === null ? null : JSON.stringify(counts), nowMs, connectionId, round],
  );
}

function toRound({ number, status, counts, startedAtMs, finishedAtMs }: RoundRow): Omit<Round, "resumed"> {
  const stored: unknown = JSON.parse(counts);
  return {
    number,
    status: oneOf(status, ["running", "complete", "partial", "aborted"]),
    counts: { ...noCounts, ...(typeof stored === "object" ? stored : {}) },
    startedAtMs,
    finishedAtMs,
  };
}
