import type { Move } from "@relite/core/library";
import type { Sql } from "@relite/prisma";
import { isIn, jsonList } from "../bulk.ts";
import { factColumns, factValues } from "../library/book-row.ts";
import { isPossibleId } from "../rows.ts";
import { updateBooks } from "./commit-books.ts";

/** The found rows go first, so that their paths are free when the lost books take them. */
export async function applyMoves(tx: Sql, connectionId: string, moves: readonly Move[]): Promise<void> {
  const ids = moves.flatMap(({ lostId, foundId }) => [lostId, foundId]).filter(isPossibleId);
  const rows = await tx.all<{ id: string; connectionId: string; readState: string }>(
    `SELECT "id", "connectionId", "readState" FROM "Book" WHERE ${isIn(tx, "id")}`,
    [jsonList(ids)],
  );
  const own = rows.filter((row) => row.connectionId === connectionId);
  const readStateById = new Map(own.map(({ id, readState }) => [id, readState]));
  const real = playable(moves, new Set(readStateById.keys()));
  await tx.run(`DELETE FROM "Book" WHERE ${isIn(tx, "id")}`, [jsonList(real.map(({ foundId }) => foundId))]);
  const updates = real.map(({ lostId, foundId, facts }) => {
    const kept = readStateById.get(lostId) ?? "unread";
    const readState = kept === "unread" ? (readStateById.get(foundId) ?? kept) : kept;
    return [lostId, connectionId, ...factValues(facts), readState];
  });
  await updateBooks(tx, [...factColumns, ["readState", "text"]], updates);
}

/** The moves whose books are both there; a book takes part in one move, the first that names it. */
function playable(moves: readonly Move[], ids: Set<string>): readonly Move[] {
  return moves.filter(({ lostId, foundId }) => {
    if (lostId === foundId || !ids.has(lostId) || !ids.has(foundId)) return false;
    ids.delete(lostId);
    ids.delete(foundId);
    return true;
  });
}
