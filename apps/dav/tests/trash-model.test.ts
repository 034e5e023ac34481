import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@relite/core/clock";
import { seededRandom } from "@relite/core/testing";
import { expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage, type Storage } from "../src/context.ts";
import { checkStorage } from "../src/storage/check-storage.ts";
import { sweepKept } from "../src/sweep-kept.ts";
import { bytesOf } from "../src/testing/tree-contract.ts";
import type { Place } from "../src/tree/place.ts";
import { bytesIn, createTrashModel, type ModelEntry, shapeOf } from "./model/trash-model.ts";

const author = { did: "did:key:device", leavesTrace: true };
const free = { overwrite: true, shallow: false, conditions: { author } };
const verbs = [
  "put",
  "put",
  "put",
  "mkcol",
  "remove",
  "remove",
  "copy",
  "move",
  "restore",
  "restore",
] as const;
const rareVerbs = ["purge", "copyOut", "restoreVersion"] as const;

type Attempt = readonly [Promise<unknown>, boolean];

const isDone = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  );

/** What storage holds below a place, versions and all, told by its ports. */
async function shapeAt(storage: Storage, place: Place): Promise<unknown> {
  const { tree, versions } = storage;
  const node = await tree.find(place);
  if (node?.kind === "file") {
    const ids = ((await versions.list(place)) ?? []).map(({ id }) => id);
    const texts = await Promise.all(
      ids.map(async (id) => (await versions.read({ file: place, id }))?.data?.toString()),
    );
    return [(await tree.read(place))?.data?.toString(), texts];
  }
  const members = await tree.members(node?.id ?? 0, null, 1_000);
  const shapes = members.map(async ({ name }) => {
    const inside = { ...place, segments: [...place.segments, name] };
    return [name, await shapeAt(storage, inside)] as const;
  });
  return Object.fromEntries(await Promise.all(shapes));
}

it.each([21, 22, 23, 24])("[TV22] random work does what a simple model does, seed %i", async (seed) => {
  const folder = await mkdtemp(join(tmpdir(), "relite-trash-model-"));
  const time = { ms: Date.now() };
  const clock = { ...systemClock, nowMs: () => time.ms };
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: folder }), { clock });
  await storage.owners.add("did:key:one", null);
  const owner = storage.owners.idOf("did:key:one") ?? 0;
  const root = await storage.tree.openApp(owner, "test");
  const place = (path: string): Place => ({ owner, root, segments: path.split("/") });
  const model = createTrashModel();
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const anyPath = () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(["a", "b", "c"])).join("/");
  const home = async () => ({ owner, root: (await storage.trash.home(owner, "test")) ?? 0, segments: [] });
  const entryPlaces = async (): Promise<Place[]> => {
    const base = await home();
    const entries = base.root === 0 ? [] : [...(await storage.trash.entries(base, null, 1_000))];
    entries.sort((a, b) => Number.parseInt(a.node.name, 10) - Number.parseInt(b.node.name, 10));
    return entries.map(({ node }) => ({ ...base, segments: [node.name] }));
  };

  for (let step = 0; step < 400; step += 1) {
    time.ms += 7;
    const [path, to] = [anyPath(), anyPath()];
    const text = random() < 0.1 ? "" : `${step % 40}`.repeat(1 + Math.floor(random() * 4));
    const verb = random() < 0.1 ? pick(rareVerbs) : pick(verbs);
    const index = Math.floor(random() * model.trash.length);
    const entry = model.trash[index];
    const from = (await entryPlaces())[index];
    const { tree, trash } = storage;
    const ofEntry = {
      restore: (at: Place, one: ModelEntry): Attempt => [
        trash.restore(at, place(to), free),
        model.restore(one, to, time.ms),
      ],
      copyOut: (at: Place, one: ModelEntry): Attempt => [
        trash.copyOut(at, place(to), free),
        model.copyOut(one, to, time.ms),
      ],
      purge: (at: Place, one: ModelEntry): Attempt => [
        trash.purge({ ...at, segments: [] }, at.segments),
        model.purge(one),
      ],
    };
    const ofTree = {
      put: (): Attempt => [tree.put(place(path), bytesOf(text), { author }), model.put(path, text, time.ms)],
      mkcol: (): Attempt => [tree.makeCollection(place(path), { author }), model.makeCollection(path)],
      remove: (): Attempt => [tree.remove(place(path), { author }), model.remove(path)],
      copy: (): Attempt => [tree.copy(place(path), place(to), free), model.copy(path, to, time.ms)],
      move: (): Attempt => [tree.move(place(path), place(to), free), model.move(path, to, time.ms)],
      restoreVersion: async (): Promise<boolean> => {
        const known = model.find(path)?.versions ?? [];
        const at = Math.floor(random() * known.length);
        const chosen = known[at];
        const id = (await storage.versions.list(place(path)))?.[at]?.id ?? 0;
        const options = { ...free, isMove: false };
        const done = await isDone(storage.versions.restore({ file: place(path), id }, place(to), options));
        return done === (chosen !== undefined && model.put(to, chosen.text, time.ms));
      },
    };
    const told = `${step}: ${verb} ${path} ${to}`;
    if (verb === "restoreVersion") expect(await ofTree.restoreVersion(), told).toBe(true);
    else if (verb === "restore" || verb === "copyOut" || verb === "purge") {
      if (entry === undefined || from === undefined) continue;
      const [work, expected] = ofEntry[verb](from, entry);
      expect(await isDone(work), told).toBe(expected);
    } else {
      const [work, expected] = ofTree[verb]();
      expect(await isDone(work), told).toBe(expected);
    }
    if (step % 20 !== 0) continue;
    expect(await shapeAt(storage, { owner, root, segments: [] }), `${step}`).toEqual(shapeOf(model.root));
    const kept = await Promise.all((await entryPlaces()).map((one) => shapeAt(storage, one)));
    expect(kept, `${step}`).toEqual(model.trash.map(({ node }) => shapeOf(node)));
    const bytes = bytesIn(model.root) + model.trash.reduce((sum, { node }) => sum + bytesIn(node), 0);
    expect((await storage.tree.usage(owner)).usedBytes).toBe(bytes);
  }
  expect((await checkStorage(storage)).problems).toEqual([]);
  await sweepKept(storage, time.ms + 40 * 86_400_000, { pause: async () => {} });
  expect(await entryPlaces()).toEqual([]);
  expect((await checkStorage(storage)).problems).toEqual([]);
  storage.db.close();
  await rm(folder, { recursive: true, force: true });
});
