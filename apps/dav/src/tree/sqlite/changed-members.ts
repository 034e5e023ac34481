import type { SqliteDatabase } from "../../storage/open-database.ts";

type PlaceRow = readonly [parent: number | null, name: string];

// Each is read at once, while others wait; a listing of which so much changed is as well made anew.
const maxPlaceRows = 1_000;
const maxLookups = 1_000;

/** The names of a collection's members that may not be as they were at one of its versions; null when that is not known. */
export function createChangedMembers(db: SqliteDatabase) {
  const since = db
    .prepare<[number, number, number], PlaceRow>(
      "SELECT parent, name FROM changes WHERE owner = ? AND seq > ? ORDER BY seq LIMIT ?",
    )
    .raw();
  // Sequence numbers between a backup and its restore belong to changes that were lost.
  const isKnown = db
    .prepare<[{ owner: number; since: number }], number>(
      `SELECT @since >= pruned_seq AND NOT EXISTS (SELECT 1 FROM timelines WHERE from_seq < @since AND @since <= to_seq)
       FROM owners WHERE id = @owner`,
    )
    .pluck();
  const above = db.prepare<[number], PlaceRow>("SELECT parent, name FROM nodes WHERE id = ?").raw();

  return (owner: number, topId: number, version: number): readonly string[] | null => {
    if (isKnown.get({ owner, since: version }) !== 1) return null;
    const rows = since.all(owner, version, maxPlaceRows + 1);
    if (rows.length > maxPlaceRows) return null;
    const names = new Set<string>();
    const seen = new Set<number>();
    for (const [changedIn, changedName] of rows) {
      // Up to the member it lies in. What was in a member that is gone, or elsewhere by now, went with a change of its own.
      let [at, name]: PlaceRow = [changedIn, changedName];
      while (at !== null && at !== topId && !seen.has(at)) {
        if (seen.size === maxLookups) return null;
        seen.add(at);
        [at, name] = above.get(at) ?? [null, ""];
      }
      if (at === topId) names.add(name);
    }
    return [...names];
  };
}
