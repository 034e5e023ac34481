import type { PortParts } from "../../storage/port-parts.ts";
import type { DeletedFacts, KeptImports, ReplacedBytes } from "../kept-imports.ts";
import type { Place } from "../place.ts";
import type { NodeStore } from "./node-store.ts";
import type { Purge } from "./purge.ts";
import { isCollection, type NodeRow, removalOf } from "./rows.ts";
import { createStores } from "./stores.ts";
import { collectionRow, ensureRoot, freeEntryName, type TrashRow, type VersionRow } from "./trash-store.ts";
import { notFound } from "./write-rules.ts";

export const keptImportWrites = [
  "openBench",
  "clearBench",
  "bringEntry",
  "bringVersions",
] as const satisfies readonly (keyof KeptImports)[];

/** At an owner's root, beside `apps` and `trash`. */
const benchName = "import";
/** Of one transaction, so that others need not wait long. */
const nodesAtOnce = 1_000;

/** The embedded port for what is brought back into the trash and into histories. */
export function createSqliteKeptImports(parts: PortParts): KeptImports {
  const { commits } = parts;
  const { nodes, contents, trash, purge, keeper } = createStores(parts);

  const bench = createBench(nodes, purge);

  const isSame = (row: TrashRow | null, { path, deletedMs, deletedBy }: DeletedFacts) =>
    row?.path === path.join("/") && row.deleted_ms === deletedMs && row.deleted_by === deletedBy;

  /** Its own name, unless something else has it: then the next that is free. */
  function nameFor(home: number, name: string, facts: DeletedFacts) {
    return freeEntryName(name, (tried) => {
      const node = nodes.sql.child.get(home, tried);
      if (node === undefined) return "free";
      return isSame(trash.ofNode(node.id), facts) ? "same" : "taken";
    });
  }

  function bringEntry(from: Place, wanted: string, facts: DeletedFacts): void {
    const { node } = nodes.follow(from);
    if (node === null) throw notFound();
    const home = trash.place(from.owner, facts.appId);
    const { name, isThere } = nameFor(home.id, wanted, facts);
    if (isThere) {
      purge.doom(node);
      return;
    }
    const version = nodes.record(node, removalOf(node));
    nodes.sql.relocate.run(home.id, name, node.id);
    nodes.sql.bumpUp.run({ version, start: home.id });
    trash.add({
      node: node.id,
      owner: from.owner,
      app: facts.appId,
      path: facts.path.join("/"),
      deleted_ms: facts.deletedMs,
      deleted_by: facts.deletedBy,
      bytes: isCollection(node) ? null : node.size,
    });
  }

  function bringVersions(file: Place, wanted: readonly ReplacedBytes[]): number {
    const { node } = nodes.follow(file);
    if (node === null || isCollection(node)) throw notFound();
    const missing = missingOf(wanted, trash.versionsOf(node.id));
    nodes.refuseOverQuota(
      file.owner,
      missing.reduce((sum, { size }) => sum + size, 0),
    );
    for (const one of missing) {
      const { hash, size, type, modifiedMs: modified_ms, replacedMs, replacedBy } = one;
      const content = contents.keep(file.owner, one, null);
      const facts = { owner: file.owner, node: node.id, content, hash, size, type, modified_ms };
      trash.addVersion({ ...facts, replaced_ms: replacedMs, replaced_by: replacedBy });
    }
    keeper.thinIfMany(node.id);
    return missing.length;
  }

  return {
    openBench: (owner) => commits.run(() => bench.open(owner)),
    clearBench: (owner) => commits.run(() => bench.clear(owner), { usesReserve: true }),
    entryFor: async (owner, name, facts) => {
      const home = trash.find(owner, facts.appId);
      return home === null ? { isThere: false } : nameFor(home.id, name, facts);
    },
    bringEntry: (from, name, facts) => commits.run(() => bringEntry(from, name, facts)),
    bringVersions: (file, versions) => commits.run(() => bringVersions(file, versions)),
  };
}

/** Where entries are built: a collection at an owner's root. */
function createBench(nodes: NodeStore, purge: Purge) {
  function findBench(owner: number): NodeRow | undefined {
    const root = nodes.sql.ownerRoot.get(owner)?.root ?? null;
    return root === null ? undefined : nodes.sql.child.get(root, benchName);
  }

  function clear(owner: number): void {
    const bench = findBench(owner);
    if (bench === undefined) return;
    for (const row of nodes.sql.members.all(bench.id, "", nodesAtOnce)) purge.doom(row);
  }

  function open(owner: number): number {
    clear(owner);
    const root = ensureRoot(nodes, owner);
    return (findBench(owner) ?? nodes.insert(collectionRow(owner, root, benchName))).id;
  }

  return { open, clear };
}

/** Two may be alike: each that is there stands for one of them. */
function missingOf(wanted: readonly ReplacedBytes[], there: readonly VersionRow[]): readonly ReplacedBytes[] {
  const counts = new Map<string, number>();
  for (const { hash, modified_ms, replaced_ms } of there) {
    const key = `${replaced_ms} ${modified_ms} ${hash}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return wanted.filter(({ hash, modifiedMs, replacedMs }) => {
    const key = `${replacedMs} ${modifiedMs} ${hash}`;
    const left = counts.get(key) ?? 0;
    counts.set(key, left - 1);
    return left <= 0;
  });
}
