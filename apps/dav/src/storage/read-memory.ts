import type Database from "better-sqlite3";

/** Remembers what reads on one connection answered, for as long as nobody has committed anything since. */
export interface ReadMemory {
  /**
   * Makes a read that is done once per key and state of the database. The state is looked at on each use, so commits of
   * other threads and processes are seen; inside a transaction, which sees what may yet be undone, it always reads.
   * What is answered is shared, and must not be changed.
   */
  remember<Value>(maxEntries: number): (key: string, read: () => Value) => Value;
}

export function createReadMemory(db: Database.Database): ReadMemory {
  // Changes when another connection has committed; what this one has written is counted by the other.
  const foreign = db.prepare<[], number>("PRAGMA data_version").pluck();
  const own = db.prepare<[], number>("SELECT total_changes()").pluck();
  const memories: Map<string, unknown>[] = [];
  let knownForeign: number | undefined;
  let knownOwn: number | undefined;
  let isChecked = false;
  const uncheck = () => {
    isChecked = false;
  };
  // Through both queues that are emptied before anything from outside is heard: a request's steps use both by turns.
  const uncheckAfter = (rounds: number) => {
    if (rounds === 0) return uncheck();
    process.nextTick(() => queueMicrotask(() => uncheckAfter(rounds - 1)));
  };

  function forgetWhatIsOld(): void {
    const ownNow = own.get();
    const foreignNow = isChecked ? knownForeign : foreign.get();
    if (!isChecked) {
      // Holds while nothing new is heard: no answer of ours, and so no later request or commit of one, lies between.
      isChecked = true;
      uncheckAfter(4);
    }
    if (ownNow === knownOwn && foreignNow === knownForeign) return;
    knownOwn = ownNow;
    knownForeign = foreignNow;
    for (const memory of memories) memory.clear();
  }

  return {
    remember: <Value>(maxEntries: number) => {
      const memory = new Map<string, { readonly value: Value }>();
      memories.push(memory);
      return (key: string, read: () => Value) => {
        if (db.inTransaction) return read();
        forgetWhatIsOld();
        const known = memory.get(key);
        if (known !== undefined) return known.value;
        const value = read();
        if (memory.size >= maxEntries) memory.clear();
        memory.set(key, { value });
        return value;
      };
    },
  };
}
