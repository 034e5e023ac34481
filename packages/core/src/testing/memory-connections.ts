import type { Connection, ConnectionRepository } from "../connections/index.ts";
import type { MemoryTables } from "./memory-tables.ts";

export function createMemoryConnections(tables: MemoryTables): ConnectionRepository {
  const own = (userId: string, id: string): Connection | null => {
    const row = tables.connections.get(id);
    return row?.userId === userId ? row : null;
  };
  return {
    insert: async (userId, connection) => {
      tables.connections.set(connection.id, { ...connection, userId });
    },
    get: async (userId, id) => own(userId, id),
    list: async (userId) =>
      [...tables.connections.values()].filter((row) => row.userId === userId).sort(byCreation),
    update: async (userId, id, patch) => {
      const row = own(userId, id);
      if (row === null) return null;
      const next = { ...row, ...patch };
      tables.connections.set(id, next);
      return next;
    },
    remove: async (userId, id) => {
      if (own(userId, id) === null) return false;
      tables.connections.delete(id);
      tables.folders.delete(id);
      tables.rounds.delete(id);
      for (const rows of [tables.books, tables.proposals, tables.jobs]) dropOf(rows, id);
      return true;
    },
    listDue: async (nowMs, limit) =>
      [...tables.connections.values()]
        .filter((row) => row.nextSyncAtMs !== null && row.nextSyncAtMs <= nowMs)
        .sort((a, b) => (a.nextSyncAtMs ?? 0) - (b.nextSyncAtMs ?? 0))
        .slice(0, limit),
  };
}

function byCreation(a: Connection, b: Connection): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}

function dropOf(rows: Map<string, { readonly connectionId: string }>, connectionId: string): void {
  for (const [id, row] of rows) if (row.connectionId === connectionId) rows.delete(id);
}
