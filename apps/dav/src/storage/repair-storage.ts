import type { SqliteDatabase } from "./open-database.ts";
import { contentInUseSql, countedBytesSql, countedNodesSql } from "./usage.ts";

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

const recountSql = `UPDATE owners SET used_bytes = held.bytes, used_nodes = held.count
  FROM (SELECT owners.id, CAST(ifnull(counted.bytes, 0) AS INTEGER) AS bytes, ifnull(nodes.count, 0) AS count
    FROM owners
    LEFT JOIN (${countedBytesSql}) AS counted ON counted.owner = owners.id
    LEFT JOIN (${countedNodesSql}) AS nodes ON nodes.owner = owners.id) AS held
  WHERE held.id = owners.id AND (used_bytes <> held.bytes OR used_nodes <> held.count)`;

const inUseSql = `UPDATE contents SET unreferenced_ms = NULL WHERE unreferenced_ms IS NOT NULL AND ${contentInUseSql}`;
const unusedSql = `UPDATE contents SET unreferenced_ms = ? WHERE unreferenced_ms IS NULL AND NOT ${contentInUseSql}`;
