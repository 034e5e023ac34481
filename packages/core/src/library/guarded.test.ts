import { describe, expect, it } from "vitest";
import { anna } from "../testing/contracts/index.ts";
import {
  bookStates,
  createScanWorld,
  createSmallLibrary,
  lieAlways,
  smallLibrarySize,
} from "../testing/index.ts";

describe("[LB7] guards", () => {
  it("[LB7] an empty root changes nothing and is put to the user", async () => {
    const world = await createSmallLibrary();
    await world.scan();
    world.tree.remove("");
    const outcome = await world.scan();
    expect(outcome.proposal).toMatchObject({
      kind: "root_empty",
      vanished: smallLibrarySize,
      known: smallLibrarySize,
      status: "open",
    });
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
    await world.scan();
    const [open, ...others] = await world.proposals.list(anna, {});
    expect([open?.round, others]).toEqual([3, []]);
  });

  it("[LB7] a proposal is over when the books are back", async () => {
    const world = await createSmallLibrary();
    await world.scan();
    world.behave(lieAlways({ kind: "empty" }, ""));
    expect((await world.scan()).proposal?.kind).toBe("root_empty");
    world.behave({});
    expect(await world.scan()).toMatchObject({ proposal: null, counts: { added: 0, missing: 0 } });
    expect((await world.proposals.list(anna, {})).map((one) => one.status)).toEqual(["superseded"]);
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
  });

  it("[LB7] more than 1,000 and a fifth of the books vanished: the user decides", async () => {
    const world = await createScanWorld();
    for (let index = 0; index < 1_500; index += 1) world.tree.putFile(`f${index % 30}/${index}.txt`);
    await world.scan();
    for (let folder = 0; folder < 21; folder += 1) world.tree.remove(`f${folder}`);
    const outcome = await world.scan();
    expect(outcome.proposal).toMatchObject({ kind: "many_missing", vanished: 1_050, known: 1_500 });
    expect(outcome.proposal?.sample).toHaveLength(20);
    expect(outcome.counts.missing).toBe(0);
    for (let folder = 0; folder < 5; folder += 1)
      for (let index = folder; index < 1_500; index += 30) world.tree.putFile(`f${folder}/${index}.txt`);
    const next = await world.scan();
    expect(next.proposal).toBeNull();
    expect((await world.proposals.list(anna, {})).map((one) => one.status)).toEqual(["superseded"]);
  });

  it("[LB7] another server is not read before the user agrees", async () => {
    const world = await createSmallLibrary();
    const first = await world.scan();
    expect(first.serverIdentity).toBe("remotetest");
    world.behave({ serverHeader: "OtherProduct/2.0 (Unix)" });
    world.tree.remove("a");
    world.tree.putFile("strange.epub");
    const outcome = await world.scan({ serverIdentity: "remotetest" });
    expect(outcome.proposal).toMatchObject({
      kind: "server_changed",
      serverBefore: "remotetest",
      serverNow: "otherproduct",
    });
    expect(await world.allBooks()).toHaveLength(smallLibrarySize);
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
    expect((await world.scan({ serverIdentity: "otherproduct" })).counts.added).toBe(1);
  });

  it.each([
    ["an HTML page", { kind: "html", status: 200 }],
    ["401", { kind: "status", status: 401 }],
    ["404", { kind: "status", status: 404 }],
    ["a cut connection", { kind: "broken" }],
  ] as const)("[LB7] a root answered with %s fails the scan and changes nothing", async (_, lie) => {
    const world = await createSmallLibrary();
    await world.scan();
    world.behave({ lie: () => lie });
    await expect(world.scan()).rejects.toMatchObject({ name: "ReliteError" });
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
    world.behave({});
    expect((await world.scan()).counts).toMatchObject({ added: 0, missing: 0 });
  });

  it("[LB7] a listing that does not name the folder asked for lets nothing go missing", async () => {
    const world = await createSmallLibrary();
    await world.scan();
    world.behave({
      lie: ({ depth }) => (depth === "1" ? { kind: "strange" } : { kind: "status", status: 404 }),
    });
    for (let round = 0; round < 3; round += 1) await world.scan();
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
  });
});
