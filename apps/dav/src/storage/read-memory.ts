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
  const { readonly: onlyReads } = db;
  const begin = db.prepare("BEGIN");
  const end = db.prepare("COMMIT");
  const memories: Map<string, unknown>[] = [];
  let knownForeign: number | undefined;
  let knownOwn: number | undefined;
  let isChecked = false;
  let isReading = false;
  const uncheck = () => {
    isChecked = false;
    if (!isReading) return;
    isReading = false;
    if (db.open) end.run();
  };
  const settled = Promise.resolve();
  // After all promises that wait for nothing else have gone on, and before anything from outside is heard.
  const uncheckLater = () => process.nextTick(uncheck);

  function forgetWhatIsOld(): void {
    if (isChecked && onlyReads) return;
    const ownNow = onlyReads ? 0 : own.get();
    const foreignNow = isChecked ? knownForeign : foreign.get();
    if (!isChecked) {
      // Holds while nothing new is heard: no answer of ours, and so no later request or commit of one, lies between.
      isChecked = true;
      settled.then(uncheckLater);
    }
    if (ownNow === knownOwn && foreignNow === knownForeign) return;
    knownOwn = ownNow;
    knownForeign = foreignNow;
    for (const memory of memories) memory.clear();
    // What is now read anew is several statements: one look at the log for all of them.
    if (!onlyReads || db.inTransaction) return;
    begin.run();
    isReading = true;
  }

  return {
    remember: <Value>(maxEntries: number) => {
      const memory = new Map<string, { readonly value: Value }>();
      memories.push(memory);
      return (key: string, read: () => Value) => {
        if (!onlyReads && db.inTransaction) return read();
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
