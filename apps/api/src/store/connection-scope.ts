import { ReliteError } from "@relite/core/errors";
import type { Sql } from "@relite/prisma";
import { isPossibleId } from "./rows.ts";

/** Whether the connection is there and this user's. */
export async function owns(sql: Sql, userId: string, connectionId: string): Promise<boolean> {
  if (!isPossibleId(userId) || !isPossibleId(connectionId)) return false;
  const rows = await sql.all(`SELECT 1 FROM "Connection" WHERE "id" = ? AND "userId" = ?`, [
    connectionId,
    userId,
  ]);
  return rows.length > 0;
}

/** Refuses `not_found` another user's connection and one that is gone. */
export async function requireOwn(sql: Sql, userId: string, connectionId: string): Promise<void> {
  if (!(await owns(sql, userId, connectionId))) throw new ReliteError("not_found", "No such connection.");
}
