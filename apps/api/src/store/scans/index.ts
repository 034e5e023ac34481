import type { ScanStore } from "@relite/core/library";
import type { Database, Sql } from "@relite/prisma";
import { owns, requireOwn } from "../connection-scope.ts";
import { isPossibleId } from "../rows.ts";
import { findRecent, forgetFolders, listLost, markAbsent, settleAbsent } from "./absence.ts";
import { commitBookRows } from "./commit-books.ts";
import { commitFolderRows, listFolderStates, readFolders } from "./folders.ts";
import { applyMoves } from "./moves.ts";
import { endRound, openRound, setCounts } from "./rounds.ts";

/** Scans in the database; every method is one transaction. */
export function createScans({ sql }: Database): ScanStore {
  const writing = <Result>(userId: string, connectionId: string, work: (tx: Sql) => Promise<Result>) =>
    sql.transaction(async (tx) => {
      await requireOwn(tx, userId, connectionId);
      return work(tx);
    });
  const reading = async <Result>(
    userId: string,
    connectionId: string,
    work: () => Promise<readonly Result[]>,
  ): Promise<readonly Result[]> => ((await owns(sql, userId, connectionId)) ? work() : []);
  return {
    openRound: (userId, connectionId, at) =>
      writing(userId, connectionId, (tx) => openRound(tx, connectionId, at)),
    listFolderStates: (userId, connectionId) =>
      reading(userId, connectionId, () => listFolderStates(sql, connectionId)),
    readFolders: async (userId, connectionId, paths) => {
      const found = await reading(userId, connectionId, () => readFolders(sql, connectionId, paths));
      return found.length > 0 ? found : paths.map((path) => ({ path, folders: [], books: [] }));
    },
    commitFolders: (userId, connectionId, round, commits, counts) =>
      writing(userId, connectionId, async (tx) => {
        await commitFolderRows(tx, connectionId, round, commits);
        await commitBookRows(tx, { userId, connectionId, round }, commits);
        await setCounts(tx, connectionId, round, counts);
      }),
    markAbsent: (userId, connectionId, round) =>
      writing(userId, connectionId, (tx) => markAbsent(tx, connectionId, round)),
    listLost: (userId, connectionId, round, page) =>
      reading(userId, connectionId, async () =>
        isPossibleId(page.afterId) ? listLost(sql, connectionId, round, page) : [],
      ),
    findRecent: (userId, connectionId, sinceRound, sizes) =>
      reading(userId, connectionId, () => findRecent(sql, connectionId, sinceRound, sizes)),
    applyMoves: (userId, connectionId, moves) =>
      writing(userId, connectionId, (tx) => applyMoves(tx, connectionId, moves)),
    settleAbsent: (userId, connectionId, round, decision) =>
      writing(userId, connectionId, (tx) => settleAbsent(tx, connectionId, round, decision)),
    closeRound: (userId, connectionId, round, end) =>
      writing(userId, connectionId, async (tx) => {
        await endRound(tx, connectionId, round, end);
        await forgetFolders(tx, connectionId);
      }),
  };
}
