import { connectionRow } from "@relite/core/testing/contracts";
import { openDatabase } from "@relite/prisma";
import { startPostgres } from "@relite/prisma/testing";
import { createRepositories, type Repositories } from "../library-repositories.ts";

export interface ScratchStore extends Repositories {
  readonly userId: string;
  readonly connectionIds: readonly [big: string, small: string];
  /** What one reading of every book costs the database, to compare with. */
  readWhole(): Promise<unknown>;
  close(): Promise<void>;
}

/** Repositories over a database of its own with one user and two connections, for measurements. */
export async function openScratchStore(file: string | null): Promise<ScratchStore> {
  const server = file === null ? await startPostgres() : null;
  const database = await openDatabase({ url: server?.url ?? `file:${file}` });
  const userId = crypto.randomUUID();
  const connectionIds = [crypto.randomUUID(), crypto.randomUUID()] as const;
  await database.client.user.create({
    data: { id: userId, displayName: "", role: "owner", createdAtMs: 0n },
  });
  const repositories = createRepositories(database);
  for (const id of connectionIds) {
    await repositories.connections.insert(userId, connectionRow(userId, id));
    await repositories.scans.openRound(userId, id, { nowMs: 1, staleBeforeMs: 0 });
  }
  return {
    ...repositories,
    userId,
    connectionIds,
    readWhole: () => database.sql.all(`SELECT SUM(LENGTH("searchText")) AS "length" FROM "Book"`),
    close: async () => {
      await database.close();
      await server?.stop();
    },
  };
}
