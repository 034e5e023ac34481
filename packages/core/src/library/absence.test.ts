import { describe, expect, it } from "vitest";
import {
  bookStates,
  createScanWorld,
  createSmallLibrary,
  type Lie,
  lieAlways,
  lieOnce,
  smallLibrarySize,
} from "../testing/index.ts";

describe("[LS4] absence needs proof", () => {
  it("[LS4] a server that does not answer when asked leaves a book suspect, until it does", async () => {
    const world = await createSmallLibrary();
    await world.scan();
    world.tree.remove("a/plain.epub");
    world.behave({ lie: ({ depth }) => (depth === "0" ? { kind: "status", status: 500 } : null) });
    for (let round = 0; round < 4; round += 1) await world.scan();
    expect(await world.bookAt("a/plain.epub")).toMatchObject({
      state: "suspect",
      suspectRound: 2,
      absentRound: 5,
    });
    world.behave({
      lie: ({ method, depth }) =>
        method === "PROPFIND" && depth === "0" ? { kind: "status", status: 405 } : null,
    });
    await world.scan();
    expect((await world.bookAt("a/plain.epub"))?.state).toBe("missing");
  });

  it("[LS4] of very many absent books a sample is asked for; the rest takes two complete scans", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 500; index += 1) world.tree.putFile(`f${index % 5}/${index}.txt`);
    await world.scan();
    world.tree.remove("f3");
    const first = await world.scan();
    expect(first.settlement).toMatchObject({ missing: 64, suspect: 36, requests: 64 });
    const second = await world.scan();
    expect(second.settlement).toMatchObject({ missing: 36, suspect: 0, requests: 36 });
  });

  const lies: readonly (readonly [string, Lie])[] = [
    ["403", { kind: "status", status: 403 }],
    ["404", { kind: "status", status: 404 }],
    ["500", { kind: "status", status: 500 }],
    ["a cut listing", { kind: "truncated", share: 0.6 }],
    ["a cut connection", { kind: "broken" }],
    ["an HTML page", { kind: "html", status: 200 }],
    ["an HTML page as 207", { kind: "html", status: 207 }],
    ["nothing at all", { kind: "nothing" }],
    ["an empty folder", { kind: "empty" }],
    ["half of it", { kind: "drop", keep: (index) => index % 2 === 0 }],
  ];
  it.each(lies)(
    "[LS4] a folder answered with %s, scan after scan, loses no book below it",
    async (_, lie) => {
      const world = await createSmallLibrary();
      await world.scan();
      world.behave(lieAlways(lie, "a"));
      for (let round = 0; round < 4; round += 1) await world.scan();
      expect(Object.values(await bookStates(world)).filter((state) => state === "missing")).toEqual([]);
      world.behave({});
      await world.scan();
      expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
      expect(await world.allBooks()).toHaveLength(smallLibrarySize);
    },
  );

  it.each(lies)("[LS4] one answer with %s is tried again or forgotten", async (_, lie) => {
    const world = await createSmallLibrary();
    await world.scan();
    world.behave(lieOnce(lie, "a"));
    await world.scan();
    await world.scan();
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
  });

  it("[LS4] a folder that failed leaves its subtree unknown while the rest is judged", async () => {
    const world = await createSmallLibrary();
    await world.scan();
    world.behave(lieAlways({ kind: "status", status: 503 }, "a"));
    world.tree.remove("plain.epub");
    await expect(world.scan()).rejects.toMatchObject({ reason: "throttled" });
    world.behave(lieAlways({ kind: "status", status: 500 }, "a"));
    const outcome = await world.scan();
    expect(outcome).toMatchObject({ isComplete: false, counts: { missing: 1 } });
    const states = await bookStates(world);
    expect(states["plain.epub"]).toBe("missing");
    expect(Object.values(states).filter((state) => state !== "present")).toHaveLength(1);
  });

  it("[LS4] a listing with a name that cannot be read proves no absence", async () => {
    const world = await createSmallLibrary();
    await world.scan();
    world.tree.putFile("a/later\u0000.epub");
    world.tree.remove("a/plain.epub");
    await world.scan();
    expect((await world.bookAt("a/plain.epub"))?.state).toBe("present");
  });

  it("[LS4] among many that are gone it asks about every folder, so that one wrong listing is found out", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 600; index += 1) world.tree.putFile(`gone/${index}.txt`);
    for (let index = 0; index < 400; index += 1) world.tree.putFile(`there/${index}.txt`);
    world.tree.putFile("small/only.txt");
    await world.scan();
    world.tree.remove("gone");
    world.behave(lieAlways({ kind: "empty" }, "small"));
    for (let round = 0; round < 3; round += 1) {
      const outcome = await world.scan();
      expect(outcome.settlement).toMatchObject({ isContradicted: true, missing: 0 });
    }
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
    world.behave({});
    await world.scan();
    await world.scan();
    const states = await bookStates(world);
    expect(states["small/only.txt"]).toBe("present");
    expect(Object.values(states).filter((state) => state === "missing")).toHaveLength(600);
  });
});
