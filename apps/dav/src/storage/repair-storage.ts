import type { SqliteDatabase } from "./open-database.ts";
import { contentInUseSql, countedBytesSql, countedKeptSql, countedNodesSql } from "./usage.ts";

export interface Repaired {
  /** Owners whose sums were wrong. */
  readonly sums: number;
  /** Contents that were marked as unused and are used, or the other way round. */
  readonly marks: number;
}

/** Puts right what follows from the rest: sums and marks. Files and contents are left as they are. One transaction. */
export function repairStorage(db: SqliteDatabase, nowMs: number): Repaired {
  return db
    .transaction(() => ({
      sums: db.prepare(recountSql).run().changes,
      marks: db.prepare(inUseSql).run().changes + db.prepare(unusedSql).run(nowMs).changes,
    }))
    .immediate();
}

const recountSql = `UPDATE owners SET used_bytes = held.bytes, used_nodes = held.count, kept_bytes = held.kept
  FROM (SELECT owners.id, CAST(ifnull(counted.bytes, 0) AS INTEGER) AS bytes, ifnull(nodes.count, 0) AS count,
      CAST(ifnull(kept.bytes, 0) AS INTEGER) AS kept
    FROM owners
    LEFT JOIN (${countedBytesSql}) AS counted ON counted.owner = owners.id
    LEFT JOIN (${countedNodesSql}) AS nodes ON nodes.owner = owners.id
    LEFT JOIN (${countedKeptSql}) AS kept ON kept.owner = owners.id) AS held
  WHERE held.id = owners.id AND (used_bytes <> held.bytes OR used_nodes <> held.count OR kept_bytes <> held.kept)`;

const inUseSql = `UPDATE contents SET unreferenced_ms = NULL WHERE unreferenced_ms IS NOT NULL AND ${contentInUseSql}`;
const unusedSql = `UPDATE contents SET unreferenced_ms = ? WHERE unreferenced_ms IS NULL AND NOT ${contentInUseSql}`;
