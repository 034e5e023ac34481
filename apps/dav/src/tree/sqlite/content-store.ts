import { ReliteError } from "@relite/core/errors";
import type { ContentFiles } from "../../blobs/content-files.ts";
import { mergeChecksums } from "../../checksums/kept-checksums.ts";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import { contentInUseSql } from "../../storage/usage.ts";
import type { StoredBytes, UnreferencedContent } from "../tree.ts";

export type ContentStore = ReturnType<typeof createContentStore>;

const sweptPerCommit = 500;

/** What a file has that gets new bytes. */
interface Replaced {
  readonly hash: string | null;
  readonly content: number | null;
}

/** Content rows: in the blob store each once per owner and hash, small ones one for each file written and its copies. */
export function createContentStore(db: SqliteDatabase, nowMs: () => number, files: ContentFiles) {
  db.exec(`CREATE TEMP TABLE IF NOT EXISTS picked (
    seq INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, parent INTEGER, depth INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS doomed (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS lost (content INTEGER PRIMARY KEY)`);
  const sql = prepare(db);

  function find(owner: number, { hash, inline }: StoredBytes, replaced: Replaced | null) {
    if (inline === null) return sql.byHash.get(owner, hash);
    return replaced?.hash === hash && replaced.content !== null ? sql.byId.get(replaced.content) : undefined;
  }

  return {
    /** The row for these bytes: the one that the file they replace has, when they are the same. */
    keep(owner: number, bytes: StoredBytes, replaced: Replaced | null): number {
      const { hash, size, inline, checksums = null } = bytes;
      const known = find(owner, bytes, replaced);
      if (known !== undefined) {
        if (inline === null) sql.wanted.run(known.id);
        if (checksums !== null) sql.setChecksums.run(mergeChecksums(known.checksums, checksums), known.id);
        return known.id;
      }
      // A collector in another process or thread may have had the bytes just before this transaction.
      if (inline === null && !files.has(owner, hash)) throw taken();
      const row = { owner, hash, size, data: inline, checksums };
      return Number(sql.insert.run(row).lastInsertRowid);
    },
    has: (owner: number, hash: string): boolean => sql.byHash.get(owner, hash) !== undefined,
    /** Null when there is no such content any more. */
    read: (id: number) => sql.data.get(id) ?? null,
    /** Kept checksums by node id. */
    checksums: (nodeIds: readonly number[]): ReadonlyMap<number, string> =>
      new Map(sql.ofNodes.all(JSON.stringify(nodeIds)).map((row) => [row.node, row.checksums])),
    /** Called after a node let go: inline bytes go at once, those in the blob store after a grace for running reads. */
    letGo(id: number): void {
      if (sql.dropInline.run(id).changes === 0) sql.markUnreferenced.run(nowMs(), id);
    },
    /** Before nodes listed in a table go: remembers their content and their versions'; and after: lets all of it go. */
    noteLost(of: "picked" | "doomed"): void {
      sql.clearLost.run();
      sql.noteLost[of].run();
    },
    letGoLost(): void {
      sql.dropLostInline.run();
      sql.markLost.run(nowMs());
    },
    /** Forgets content that was let go before `beforeMs` and before every hold, some of it at a time. */
    sweep: (beforeMs: number) => sql.sweep.all({ beforeMs, nowMs: nowMs(), limit: sweptPerCommit }),
    drop: (owner: number, hash: string, beforeMs: number): boolean =>
      sql.byHash.get(owner, hash) === undefined && files.setAside(owner, hash, beforeMs),
  };
}

function prepare(db: SqliteDatabase) {
  return {
    byHash: db.prepare<[number, string], { id: number; checksums: string | null }>(
      "SELECT id, checksums FROM contents WHERE owner = ? AND hash = ? AND data IS NULL",
    ),
    byId: db.prepare<[number], { id: number; checksums: string | null }>(
      "SELECT id, checksums FROM contents WHERE id = ?",
    ),
    data: db.prepare<[number], { data: Buffer | null; checksums: string | null }>(
      "SELECT data, checksums FROM contents WHERE id = ?",
    ),
    insert: db.prepare(
      "INSERT INTO contents (owner, hash, size, data, checksums) VALUES (@owner, @hash, @size, @data, @checksums)",
    ),
    setChecksums: db.prepare<[string, number]>("UPDATE contents SET checksums = ? WHERE id = ?"),
    ofNodes: db.prepare<[string], { node: number; checksums: string }>(
      `SELECT nodes.id AS node, contents.checksums FROM nodes JOIN contents ON contents.id = nodes.content
       WHERE nodes.id IN (SELECT value FROM json_each(?)) AND contents.checksums IS NOT NULL`,
    ),
    wanted: db.prepare<[number]>(
      "UPDATE contents SET unreferenced_ms = NULL WHERE id = ? AND unreferenced_ms IS NOT NULL",
    ),
    dropInline: db.prepare<[number]>(
      `DELETE FROM contents WHERE id = ? AND data IS NOT NULL
       AND NOT ${contentInUseSql}`,
    ),
    markUnreferenced: db.prepare<[number, number]>(
      `UPDATE contents SET unreferenced_ms = ? WHERE id = ?
       AND NOT ${contentInUseSql}`,
    ),
    clearLost: db.prepare("DELETE FROM temp.lost"),
    noteLost: { picked: db.prepare(lostOf("picked")), doomed: db.prepare(lostOf("doomed")) },
    dropLostInline: db.prepare(
      `DELETE FROM contents WHERE id IN (SELECT content FROM temp.lost) AND data IS NOT NULL
       AND NOT ${contentInUseSql}`,
    ),
    markLost: db.prepare<[number]>(
      `UPDATE contents SET unreferenced_ms = ? WHERE id IN (SELECT content FROM temp.lost)
       AND NOT ${contentInUseSql}`,
    ),
    sweep: db.prepare<[{ beforeMs: number; nowMs: number; limit: number }], UnreferencedContent>(
      `DELETE FROM contents WHERE id IN (SELECT id FROM contents
       WHERE unreferenced_ms < min(@beforeMs, ifnull((SELECT min(since_ms) FROM holds WHERE until_ms > @nowMs), @beforeMs))
       AND NOT ${contentInUseSql} LIMIT @limit)
       RETURNING owner, hash, size`,
    ),
  };
}

function taken(): ReliteError {
  return new ReliteError("unavailable", "The storage is busy, try again", { reason: "storage_busy" });
}

function lostOf(table: string): string {
  return `INSERT OR IGNORE INTO temp.lost
    SELECT content FROM nodes WHERE content IS NOT NULL AND id IN (SELECT id FROM temp.${table})
    UNION SELECT content FROM versions WHERE node IN (SELECT id FROM temp.${table})`;
}
