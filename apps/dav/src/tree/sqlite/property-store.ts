import { ReliteError } from "@relite/core/errors";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { DeadProperty, PropertyName } from "../properties.ts";

export type PropertyStore = ReturnType<typeof createPropertyStore>;

interface PropertyRow extends DeadProperty {
  readonly node: number;
}

// What one listing page of nodes can hold must stay small, and 64 KiB is more than any known client keeps.
const maxBytesPerNode = 64 * 1024;
const maxPropertiesPerNode = 1_000;

/** Dead properties by node. Their bytes count as used (triggers do); they go with their node. */
export function createPropertyStore(db: SqliteDatabase) {
  const sql = {
    ofNodes: db.prepare<[string], PropertyRow>(
      `SELECT node, namespace, name, xml FROM properties
       WHERE node IN (SELECT value FROM json_each(?)) ORDER BY node, namespace, name`,
    ),
    anyBetween: db.prepare<[number, number], { any: number }>(
      "SELECT EXISTS (SELECT 1 FROM properties WHERE node BETWEEN ? AND ?) AS any",
    ),
    set: db.prepare(
      `INSERT INTO properties (node, owner, namespace, name, xml, size)
       VALUES (@node, @owner, @namespace, @name, @xml, @size)
       ON CONFLICT (node, namespace, name) DO UPDATE SET xml = excluded.xml, size = excluded.size`,
    ),
    remove: db.prepare<[number, string, string]>(
      "DELETE FROM properties WHERE node = ? AND namespace = ? AND name = ?",
    ),
    sums: db.prepare<[number], { count: number; bytes: number }>(
      "SELECT count(*) AS count, total(size) AS bytes FROM properties WHERE node = ?",
    ),
    copyOwn: db.prepare<[number, number]>(
      `INSERT INTO properties (node, owner, namespace, name, xml, size)
       SELECT ?, owner, namespace, name, xml, size FROM properties WHERE node = ?`,
    ),
    copyPicked: db.prepare<[number]>(
      `INSERT INTO properties (node, owner, namespace, name, xml, size)
       SELECT ? + picked.seq, owner, namespace, name, xml, size
       FROM temp.picked AS picked JOIN properties ON properties.node = picked.id WHERE picked.parent IS NOT NULL`,
    ),
  };

  return {
    /** By node id; nodes without any are left out. */
    ofNodes(ids: readonly number[]): ReadonlyMap<number, readonly DeadProperty[]> {
      const byNode = new Map<number, DeadProperty[]>();
      // Most have none, and those of one folder were mostly made one after the other.
      if (sql.anyBetween.get(Math.min(...ids), Math.max(...ids))?.any !== 1) return byNode;
      for (const { node, ...property } of sql.ofNodes.all(JSON.stringify(ids))) {
        const known = byNode.get(node);
        if (known === undefined) byNode.set(node, [property]);
        else known.push(property);
      }
      return byNode;
    },
    set(owner: number, node: number, property: DeadProperty): void {
      const { namespace, name, xml } = property;
      const size = Buffer.byteLength(namespace + name + xml);
      sql.set.run({ node, owner, namespace, name, xml, size });
    },
    remove(node: number, { namespace, name }: PropertyName): void {
      sql.remove.run(node, namespace, name);
    },
    bytesOf: (node: number): number => sql.sums.get(node)?.bytes ?? 0,
    /** After a change: `insufficient_storage` when a node has more than its share. */
    checkShare(node: number): void {
      const { count, bytes } = sql.sums.get(node) ?? { count: 0, bytes: 0 };
      if (count <= maxPropertiesPerNode && bytes <= maxBytesPerNode) return;
      throw new ReliteError("insufficient_storage", "Too many properties for one resource", {
        reason: "too_many_properties",
        details: { maxProperties: maxPropertiesPerNode, maxBytes: maxBytesPerNode },
      });
    },
    /** A copied node's own properties. */
    copyOwn(from: number, to: number): void {
      sql.copyOwn.run(to, from);
    },
    /** Those of all other nodes of the picked tree, whose copies have ids from `offset` by their place in the list. */
    copyPicked(offset: number): void {
      sql.copyPicked.run(offset);
    },
  };
}
