import { describe, expect, it } from "vitest";
import type { LibraryRepositories } from "../memory-repositories.ts";
import type { Lie } from "../remote-lies.ts";
import type { RemoteQuirks } from "../remote-multistatus.ts";
import type { RemoteRequest } from "../remote-request.ts";
import { createScanWorld, type ScanWorld } from "../scan-world.ts";
import { seededRandom } from "../seeded-random.ts";

export interface ScanFuzz {
  readonly name: string;
  /** Empty repositories in which user `anna` exists. */
  readonly make: () => Promise<LibraryRepositories>;
  /** Rounds of lies, one world each. */
  readonly lyingSeeds: readonly number[];
  /** Rounds of honest change, one world each. */
  readonly honestSeeds: readonly number[];
}

type Random = () => number;

const pick = <T>(random: Random, all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];

/** A false answer to a listing; to a question about one file only ones that say nothing about it. */
function someLie(random: Random, { depth }: RemoteRequest): Lie {
  const failing: readonly Lie[] = [
    { kind: "status", status: pick(random, [403, 500, 502, 504]) ?? 500 },
    { kind: "broken" },
    { kind: "html", status: random() < 0.5 ? 200 : 207 },
    { kind: "truncated", share: random() },
  ];
  const listing: readonly Lie[] = [
    { kind: "empty" },
    { kind: "nothing" },
    { kind: "drop", keep: (index) => (index * 7 + Math.floor(random() * 3)) % 3 !== 0 },
    { kind: "reversed" },
    { kind: "status", status: 404 },
    { kind: "status", status: 429, headers: { "retry-after": "1" } },
    { kind: "quirks", quirks: { pageSize: 2, hrefForm: "relative" } },
    { kind: "quirks", quirks: { keep: () => true, noEtag: true } },
  ];
  const all = depth === "1" ? [...failing, ...listing] : failing;
  return pick(random, all) ?? { kind: "broken" };
}

function growTree(world: ScanWorld, random: Random): void {
  const folders = world.tree.folders();
  for (let count = Math.floor(random() * 6); count >= 0; count -= 1) {
    const folder = pick(random, folders) ?? "";
    const name = `${Math.floor(random() * 40)}${pick(random, [".epub", ".pdf", " 三体.cbz", " %.txt", ".jpg"])}`;
    const place = random() < 0.3 ? `${folder}/sub ${Math.floor(random() * 3)}` : folder;
    const path = place === "" ? name : `${place.replace(/^\//, "")}/${name}`;
    if (world.tree.get(path) === null) world.tree.putFile(path, { sizeBytes: 1 + Math.floor(random() * 5) });
  }
}

const quirkSets: readonly RemoteQuirks[] = [
  {},
  { noEtag: true },
  { pageSize: 3 },
  { noFolderTime: true },
  { reversed: true },
];

/** Scans over any store, against servers that lie and servers that only change. */
export function describeScanFuzz({ name, make, lyingSeeds, honestSeeds }: ScanFuzz): void {
  describe(`scans on ${name}`, () => {
    it("[LB7] a lying server never makes a book missing that is there", { timeout: 180_000 }, async () => {
      for (const seed of lyingSeeds) {
        const random = seededRandom(seed);
        const world = await createScanWorld({ seed, repositories: await make() });
        const quirks = pick(random, quirkSets) ?? {};
        growTree(world, random);
        growTree(world, random);
        world.behave({ quirks });
        await world.scan();
        const share = random() * 0.6;
        for (let round = 0; round < 6; round += 1) {
          if (random() < 0.3) growTree(world, random);
          world.behave({ quirks, lie: (request) => (random() < share ? someLie(random, request) : null) });
          await world.scan().catch(() => undefined);
          for (const book of await world.allBooks())
            if (world.tree.get(book.path) !== null && book.state === "missing")
              expect.fail(`seed ${seed}, round ${round}: ${book.path} is there and was called missing`);
        }
        world.behave({ quirks });
        await world.scan();
        await world.scan();
        const states = (await world.allBooks()).map((book) => [book.path, book.state]);
        const truth = world.tree.files().filter((path) => !path.endsWith(".jpg"));
        expect(new Map(states.map(([path, state]) => [path, state])), `seed ${seed}`).toEqual(
          new Map(truth.map((path) => [path, "present"])),
        );
      }
    });

    it("[LB1] an honest server's changes are always followed, whatever they are", {
      timeout: 180_000,
    }, async () => {
      for (const seed of honestSeeds) {
        const random = seededRandom(seed);
        const world = await createScanWorld({ seed, repositories: await make() });
        const quirks = pick(random, quirkSets) ?? {};
        world.behave({ quirks });
        world.tree.putFile("always.epub", { sizeBytes: 9_999 });
        for (let round = 0; round < 5; round += 1) {
          growTree(world, random);
          const victim = pick(
            random,
            world.tree.files().filter((path) => path !== "always.epub"),
          );
          if (victim !== undefined && random() < 0.5) world.tree.remove(victim);
          const folder = pick(
            random,
            world.tree.folders().filter((path) => path !== ""),
          );
          if (folder !== undefined && random() < 0.3) world.tree.remove(folder);
          const moving = pick(
            random,
            world.tree.files().filter((path) => path !== "always.epub"),
          );
          if (moving !== undefined && random() < 0.4)
            world.tree.move(moving, `moved ${round}/${moving.split("/").at(-1)}`);
          await world.scan();
        }
        await world.scan();
        const present = (await world.allBooks()).filter((book) => book.state !== "missing");
        const truth = world.tree.files().filter((path) => !path.endsWith(".jpg"));
        expect(present.map((book) => book.path).sort(), `seed ${seed}`).toEqual([...truth].sort());
        expect(present.every((book) => book.state === "present")).toBe(true);
      }
    });
  });
}
