import type { Absence, AbsenceDecision, Book } from "@relite/core/library";
import type { Sql } from "@relite/prisma";
import { isIn, jsonList } from "../bulk.ts";
import { type BookRow, bookFields, seenAgain, toBook } from "../library/book-row.ts";
import { isPossibleId } from "../rows.ts";

export async function markAbsent(tx: Sql, connectionId: string, round: number): Promise<Absence> {
  await tx.run(
    `UPDATE "Book" SET "absentRound" = ? WHERE "connectionId" = ? AND "state" <> 'missing' AND "folderHash" IN
       (SELECT "pathHash" FROM "Folder" WHERE "connectionId" = ? AND "isGone" = ?)`,
    [round, connectionId, connectionId, true],
  );
  const [row] = await tx.all<Absence>(
    `SELECT COUNT(*) AS "known", COUNT(CASE WHEN "absentRound" = ? THEN 1 END) AS "absent" FROM "Book"
     WHERE "connectionId" = ? AND "state" <> 'missing'`,
    [round, connectionId],
  );
  return row ?? { known: 0, absent: 0 };
}

export async function listLost(
  sql: Sql,
  connectionId: string,
  round: number,
  { afterId, limit }: { readonly afterId: string; readonly limit: number },
): Promise<readonly Book[]> {
  const rows = await sql.all<BookRow>(
    `SELECT ${bookFields} FROM "Book" WHERE "id" IN
       (SELECT "id" FROM "Book" WHERE "connectionId" = ? AND "absentRound" IS NOT NULL
          AND ("absentRound" = ? OR "state" = 'missing') AND "id" > ? ORDER BY "id" LIMIT ?)
     ORDER BY "id"`,
    [connectionId, round, afterId, limit],
  );
  return rows.map(toBook);
}

export async function findRecent(
  sql: Sql,
  connectionId: string,
  sinceRound: number,
  sizes: readonly number[],
): Promise<readonly Book[]> {
  const rows = await sql.all<BookRow>(
    `SELECT ${bookFields} FROM "Book" WHERE "connectionId" = ? AND "absentRound" IS NULL
       AND "state" = 'present' AND "firstRound" >= ? AND ${isIn(sql, "sizeBytes", "bigint")}`,
    [connectionId, sinceRound, jsonList(sizes)],
  );
  return rows.map(toBook);
}

interface Outcome {
  readonly suspect: number;
  readonly missing: number;
}

export async function settleAbsent(
  tx: Sql,
  connectionId: string,
  round: number,
  decision: AbsenceDecision,
): Promise<Outcome> {
  const settle = (setters: string, values: readonly number[], where = "TRUE", more: readonly string[] = []) =>
    tx.run(
      `UPDATE "Book" SET ${setters}
       WHERE "connectionId" = ? AND "absentRound" = ? AND "state" <> 'missing' AND ${where}`,
      [...values, connectionId, round, ...more],
    );
  const becomeMissing = `"state" = 'missing', "missingSinceMs" = ?`;
  if (decision.kind === "forget") {
    await settle(seenAgain, []);
    return { suspect: 0, missing: 0 };
  }
  const { nowMs } = decision;
  if (decision.kind === "accept") return { suspect: 0, missing: await settle(becomeMissing, [nowMs]) };
  const confirmed = jsonList(decision.confirmedIds.filter(isPossibleId));
  const missing = await settle(becomeMissing, [nowMs], isIn(tx, "id"), [confirmed]);
  const secondTime = `"state" = 'suspect' AND "suspectRound" < ${Math.trunc(round)}`;
  const later = decision.promotes ? await settle(becomeMissing, [nowMs], secondTime) : 0;
  if (!decision.isComplete) return { suspect: 0, missing: missing + later };
  const suspect = await settle(`"state" = 'suspect', "suspectRound" = ?`, [round], `"state" = 'present'`);
  return { suspect, missing: missing + later };
}

/** Forgets the gone folders in which no book is left that is not missing. */
export async function forgetFolders(tx: Sql, connectionId: string): Promise<void> {
  await tx.run(
    `DELETE FROM "Folder" WHERE "connectionId" = ? AND "isGone" = ? AND NOT EXISTS
       (SELECT 1 FROM "Book" b WHERE b."connectionId" = "Folder"."connectionId"
        AND b."folderHash" = "Folder"."pathHash" AND b."state" <> 'missing')`,
    [connectionId, true],
  );
}
