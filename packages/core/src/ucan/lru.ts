/** A bounded map that forgets what was used longest ago, and everything at its own expiry. */
export interface ExpiringLru<Value> {
  get(key: string, nowSec: number): Value | undefined;
  set(key: string, value: Value, expiresAtSec: number): void;
}

export function createExpiringLru<Value>(maxEntries: number): ExpiringLru<Value> {
  const entryByKey = new Map<string, { readonly value: Value; readonly expiresAtSec: number }>();
  return {
    get: (key, nowSec) => {
      const entry = entryByKey.get(key);
      if (entry === undefined) return undefined;
      if (entry.expiresAtSec <= nowSec) {
        entryByKey.delete(key);
        return undefined;
      }
      // While half of the room is left, nothing is forgotten soon: the order can wait.
      if (entryByKey.size * 2 <= maxEntries) return entry.value;
      entryByKey.delete(key);
      entryByKey.set(key, entry);
      return entry.value;
    },
    set: (key, value, expiresAtSec) => {
      entryByKey.delete(key);
      entryByKey.set(key, { value, expiresAtSec });
      const [oldest] = entryByKey.keys();
      if (entryByKey.size > maxEntries && oldest !== undefined) entryByKey.delete(oldest);
    },
  };
}
