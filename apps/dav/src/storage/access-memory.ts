import type { SqliteDatabase } from "./open-database.ts";

/**
 * Remembers what decides who may come in for as long as the count of its changes stands, whoever made them: one small read
 * when anybody has committed anything. What counts: owners' keys and states, what was revoked, devices that were lost.
 */
export function rememberAccess<Value>(
  db: SqliteDatabase,
  maxEntries: number,
): (key: string, read: () => Value) => Value {
  const sql = db.prepare<[], { revision: number }>("SELECT revision FROM access_revision WHERE id = 1");
  const remembered = db.readMemory.remember<number | null>(1);
  const revision = () => remembered("", () => sql.get()?.revision ?? null);
  const memory = new Map<string, { readonly value: Value }>();
  let rememberedAt = -1;
  return (key, read) => {
    const current = revision();
    // Without a count nothing can be remembered, fsck tells; and what a transaction did may yet be undone, but for those of
    // a connection that only reads: it has one whenever much is read anew.
    if (current === null || (!db.readonly && db.inTransaction)) return read();
    if (current !== rememberedAt || memory.size >= maxEntries) memory.clear();
    rememberedAt = current;
    const known = memory.get(key);
    if (known !== undefined) return known.value;
    const value = read();
    memory.set(key, { value });
    return value;
  };
}
