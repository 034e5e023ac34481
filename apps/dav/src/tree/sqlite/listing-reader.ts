import type { SqliteDatabase } from "../../storage/open-database.ts";
import type { KnownListing, Listings, NodePage, Renewal, Stored, Wanted } from "../listings.ts";
import type { Place } from "../place.ts";
import type { TreeNode } from "../tree.ts";
import { createChangedMembers } from "./changed-members.ts";
import type { ContentStore } from "./content-store.ts";
import type { NodeStore } from "./node-store.ts";
import type { createLookup } from "./path-reader.ts";
import type { PropertyStore } from "./property-store.ts";
import { type MemberRow, memberColumns, memberRowsToNodes } from "./rows.ts";

export interface ListingStores {
  readonly nodes: NodeStore;
  readonly contents: ContentStore;
  readonly properties: PropertyStore;
  readonly look: ReturnType<typeof createLookup>;
}

// Each with properties of 64 KiB at most.
const maxRemembered = 32;

const nothing: ReadonlyMap<number, never> = new Map<number, never>();

/** Reads pages of nodes with what is stored of them, each page in one transaction. */
export function createListingReader(
  db: SqliteDatabase,
  { nodes, contents, properties, look }: ListingStores,
): Listings {
  const sql = prepare(db);
  const findChanged = createChangedMembers(db);

  function storedOf(found: readonly TreeNode[], wanted: Wanted): Stored {
    const ids = found.map(({ id }) => id);
    const isEmpty = ids.length === 0;
    return {
      properties: wanted.properties && !isEmpty ? properties.ofNodes(ids) : nothing,
      checksums: wanted.checksums && !isEmpty ? contents.checksums(ids) : nothing,
    };
  }

  const toPage = (found: readonly TreeNode[], wanted: Wanted): NodePage => ({
    nodes: found,
    ...storedOf(found, wanted),
  });

  function renew(place: Place, known: KnownListing, wanted: Wanted): Renewal | null {
    const { collection, version, lastNames, maxMembers } = known;
    const top = look(place)?.node;
    if (top?.id !== collection) return null;
    const changed = findChanged(place.owner, top.id, version);
    if (changed === null) return null;
    const stretches = new Map<number, NodePage>();
    let left = maxMembers;
    for (const at of new Set(changed.map((name) => stretchOf(name, lastNames)))) {
      const afterName = at === 0 ? "" : (lastNames[at - 1] ?? "");
      const lastName = lastNames[at];
      const rows =
        lastName === undefined
          ? nodes.sql.memberRows.all(top.id, afterName, left + 1)
          : sql.between.all(top.id, afterName, lastName, left + 1);
      left -= rows.length;
      if (left < 0) return null;
      stretches.set(at, toPage(memberRowsToNodes(rows), wanted));
    }
    return { top: toPage([top], wanted), stretches };
  }

  const readOne = db.transaction((place: Place, wanted: Wanted): NodePage | null => {
    const found = look(place);
    return found === null ? null : toPage([found.node], wanted);
  });
  const rememberOne = db.readMemory.remember<NodePage | null>(maxRemembered);
  const one: Listings["one"] = async (place, wanted) => {
    const key = [wanted.properties, wanted.checksums, place.owner, place.root, ...place.segments].join("/");
    return rememberOne(key, () => readOne(place, wanted));
  };
  const page: (...of: Parameters<Listings["page"]>) => NodePage = db.transaction(
    ({ collection, afterName, limit }, wanted) =>
      toPage(memberRowsToNodes(nodes.sql.memberRows.all(collection, afterName ?? "", limit)), wanted),
  );
  const renewal: (...of: Parameters<Listings["renewal"]>) => Renewal | null = db.transaction(renew);
  return {
    one,
    page: async (stretch, wanted) => page(stretch, wanted),
    renewal: async (place, known, wanted) => renewal(place, known, wanted),
  };
}

/** The first stretch whose last name is not before this one. */
function stretchOf(name: string, lastNames: readonly string[]): number {
  let low = 0;
  let high = lastNames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(lastNames[middle] ?? "", name)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As SQLite orders names: by their bytes, which differs from the order of UTF-16 beyond the first plane. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

function prepare(db: SqliteDatabase) {
  return {
    between: db
      .prepare<[number, string, string, number], MemberRow>(
        `SELECT ${memberColumns} FROM nodes WHERE parent = ? AND name > ? AND name <= ? ORDER BY name LIMIT ?`,
      )
      .raw(),
  };
}
