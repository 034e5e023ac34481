import { describe, expect, it } from "vitest";
import { anna } from "../testing/contracts/index.ts";
import { createScanWorld, type Lie, type RemoteQuirks, type ScanWorld } from "../testing/index.ts";

const names = [
  "plain.epub",
  "with space & plus+.pdf",
  "100% #1? (really) 'q' \"dq\".mobi",
  "三体.epub",
  "e\u0301te\u0301.azw3",
  "🙂.cbz",
  `${"长".repeat(60)}.txt`,
  "War and Peace.fb2.zip",
];

async function smallLibrary(): Promise<ScanWorld> {
  const world = await createScanWorld();
  for (const name of names) world.tree.putFile(name);
  for (const folder of ["a", "a/b", "c d%"])
    for (const name of names) world.tree.putFile(`${folder}/${name}`);
  for (const other of ["cover.jpg", "notes.opf", ".hidden.epub", "._plain.epub", "README"])
    world.tree.putFile(`a/${other}`);
  world.tree.putFolder("empty");
  return world;
}

const total = names.length * 4;
const statesOf = async (world: ScanWorld) =>
  Object.fromEntries((await world.allBooks()).map((book) => [book.path, book.state]));
const lieOnce = (lie: Lie, path: string) => {
  let told = false;
  return {
    lie: (request: { path: string; depth: string | null }) => {
      if (told || request.path !== path || request.depth !== "1") return null;
      told = true;
      return lie;
    },
  };
};
const always = (lie: Lie, path: string) => ({
  lie: (request: { path: string; depth: string | null }) =>
    request.path === path && request.depth === "1" ? lie : null,
});

describe("[LB1] a sync brings the index in line with the tree", () => {
  it("[LB1] finds every book, once, and nothing that is none", async () => {
    const world = await smallLibrary();
    const outcome = await world.scan();
    expect(outcome).toMatchObject({
      round: 1,
      isComplete: true,
      proposal: null,
      counts: { folders: 5, files: total + 5, added: total, changed: 0, missing: 0, requests: 5 },
    });
    const paths = (await world.allBooks()).map((book) => book.path);
    expect(new Set(paths).size).toBe(total);
    expect(paths.sort()).toEqual(
      world.tree
        .files()
        .filter((path) => !/README|jpg|opf|\/\./.test(path))
        .sort(),
    );
    expect(await world.bookAt("a/b/War and Peace.fb2.zip")).toMatchObject({
      format: "fb2.zip",
      title: "War and Peace",
      folder: "a/b",
    });
  });

  it("[LB1] asks each folder once and writes nothing when nothing changed", async () => {
    const world = await smallLibrary();
    await world.scan();
    const before = await world.allBooks();
    const sent = world.requests.length;
    const outcome = await world.scan();
    expect(outcome.counts).toMatchObject({
      folders: 5,
      added: 0,
      changed: 0,
      missing: 0,
      restored: 0,
      requests: 5,
    });
    expect(world.requests.length - sent).toBe(5);
    expect(await world.allBooks()).toEqual(before);
  });

  const quirks: readonly (readonly [string, RemoteQuirks])[] = [
    ["no ETags and no folder times", { noEtag: true, noFolderTime: true }],
    ["pages", { pageSize: 3 }],
    ["children first", { reversed: true }],
    ["listings without the folder itself", { noSelf: true }],
    ["relative hrefs and empty dates", { hrefForm: "relative", dateForm: "empty" }],
  ];
  it.each(quirks)("[LB1] comes to the same on a server with %s", async (_, given) => {
    const world = await smallLibrary();
    if (given.noSelf) world.tree.remove("empty");
    world.behave({ quirks: given });
    expect((await world.scan()).counts.added).toBe(total);
    expect((await world.scan()).counts).toMatchObject({ added: 0, changed: 0, missing: 0 });
    expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
  });

  it("[LB1] sees changes, also an overwrite in place, and keeps the reading state", async () => {
    const world = await smallLibrary();
    await world.scan();
    const book = await world.bookAt("a/三体.epub");
    await world.books.setReadState(anna, book?.id ?? "", "reading");
    world.tree.putFile("a/三体.epub", { sizeBytes: 77 });
    world.tree.putFile("a/new.djvu");
    const outcome = await world.scan();
    expect(outcome.counts).toMatchObject({ added: 1, changed: 1, missing: 0 });
    expect(await world.bookAt("a/三体.epub")).toMatchObject({
      id: book?.id,
      sizeBytes: 77,
      readState: "reading",
    });
  });

  it("[LB1] marks what vanished, confirmed by the server, and restores it with its identity", async () => {
    const world = await smallLibrary();
    await world.scan();
    const id = (await world.bookAt("a/b/plain.epub"))?.id;
    world.tree.remove("a/b");
    const gone = await world.scan();
    expect(gone.counts.missing).toBe(names.length);
    expect((await world.bookAt("a/b/plain.epub"))?.state).toBe("missing");
    expect(await world.allBooks()).toHaveLength(total);
    for (const name of names) world.tree.putFile(`a/b/${name}`);
    const back = await world.scan();
    expect(back.counts).toMatchObject({ added: 0, restored: names.length });
    expect(await world.bookAt("a/b/plain.epub")).toMatchObject({ id, state: "present" });
  });
});

describe("[LS4] absence needs proof", () => {
  it("[LS4] a server that does not answer when asked leaves a book suspect, until it does", async () => {
    const world = await smallLibrary();
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
      const world = await smallLibrary();
      await world.scan();
      world.behave(always(lie, "a"));
      for (let round = 0; round < 4; round += 1) await world.scan();
      expect(Object.values(await statesOf(world)).filter((state) => state === "missing")).toEqual([]);
      world.behave({});
      await world.scan();
      expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
      expect(await world.allBooks()).toHaveLength(total);
    },
  );

  it.each(lies)("[LS4] one answer with %s is tried again or forgotten", async (_, lie) => {
    const world = await smallLibrary();
    await world.scan();
    world.behave(lieOnce(lie, "a"));
    await world.scan();
    await world.scan();
    expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
  });

  it("[LS4] a folder that failed leaves its subtree unknown while the rest is judged", async () => {
    const world = await smallLibrary();
    await world.scan();
    world.behave(always({ kind: "status", status: 503 }, "a"));
    world.tree.remove("plain.epub");
    await expect(world.scan()).rejects.toMatchObject({ reason: "throttled" });
    world.behave(always({ kind: "status", status: 500 }, "a"));
    const outcome = await world.scan();
    expect(outcome).toMatchObject({ isComplete: false, counts: { missing: 1 } });
    const states = await statesOf(world);
    expect(states["plain.epub"]).toBe("missing");
    expect(Object.values(states).filter((state) => state !== "present")).toHaveLength(1);
  });

  it("[LS4] a listing with a name that cannot be read proves no absence", async () => {
    const world = await smallLibrary();
    await world.scan();
    world.tree.putFile("a/later\u0000.epub");
    world.tree.remove("a/plain.epub");
    await world.scan();
    expect((await world.bookAt("a/plain.epub"))?.state).toBe("present");
  });
});

describe("[LS5] moves keep identity and reading state", () => {
  it.each([
    ["with ETags", {}],
    ["without ETags", { noEtag: true }],
  ] as const)("[LS5] a renamed folder and a moved file, %s", async (_, given) => {
    const world = await smallLibrary();
    world.behave({ quirks: given });
    await world.scan();
    const before = await world.allBooks();
    for (const book of before) await world.books.setReadState(anna, book.id, "finished");
    world.tree.move("a/b", "c d%/moved b");
    world.tree.move("三体.epub", "empty/三体.epub");
    const outcome = await world.scan();
    expect(outcome.settlement?.moved).toBe(names.length + 1);
    expect(outcome.counts.missing).toBe(0);
    const after = await world.allBooks();
    expect(after.map((book) => book.id).sort()).toEqual(before.map((book) => book.id).sort());
    expect(new Set(after.map((book) => `${book.state} ${book.readState}`))).toEqual(
      new Set(["present finished"]),
    );
    expect((await world.bookAt("empty/三体.epub"))?.searchText).toContain("empty/");
    expect((await world.scan()).counts).toMatchObject({ added: 0, changed: 0, missing: 0 });
  });

  it("[LS5] a file whose place was scanned before it left and after it came is found a round later", async () => {
    const world = await smallLibrary();
    await world.scan();
    const id = (await world.bookAt("a/plain.epub"))?.id;
    world.tree.putFile("c d%/renamed.epub", { etag: '"v9"', sizeBytes: 1_009 });
    await world.scan();
    world.tree.remove("a/plain.epub");
    await world.scan();
    expect(await world.bookAt("c d%/renamed.epub")).toMatchObject({ id, state: "present" });
  });

  it("[LS5] books that are alike are never mistaken for each other", async () => {
    const world = await createScanWorld();
    world.behave({ quirks: { noEtag: true } });
    for (const folder of ["x", "y"]) world.tree.putFile(`${folder}/same.txt`, { sizeBytes: 5 });
    world.tree.putFile("keep.txt");
    await world.scan();
    const ids = new Set((await world.allBooks()).map((book) => book.id));
    for (const folder of ["x", "y"]) world.tree.remove(folder);
    for (const folder of ["p", "q"]) world.tree.putFile(`${folder}/same.txt`, { sizeBytes: 5 });
    const outcome = await world.scan();
    expect(outcome.settlement?.moved).toBe(0);
    expect(
      (await world.allBooks()).filter((book) => ids.has(book.id) && book.state === "missing"),
    ).toHaveLength(2);
  });
});

describe("[LB7] guards", () => {
  it("[LB7] an empty root changes nothing and is put to the user", async () => {
    const world = await smallLibrary();
    await world.scan();
    world.tree.remove("");
    const outcome = await world.scan();
    expect(outcome.proposal).toMatchObject({
      kind: "root_empty",
      vanished: total,
      known: total,
      status: "open",
    });
    expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
    await world.scan();
    const [open, ...others] = await world.proposals.list(anna, {});
    expect([open?.round, others]).toEqual([3, []]);
  });

  it("[LB7] a proposal is over when the books are back", async () => {
    const world = await smallLibrary();
    await world.scan();
    world.behave(always({ kind: "empty" }, ""));
    expect((await world.scan()).proposal?.kind).toBe("root_empty");
    world.behave({});
    expect(await world.scan()).toMatchObject({ proposal: null, counts: { added: 0, missing: 0 } });
    expect((await world.proposals.list(anna, {})).map((one) => one.status)).toEqual(["superseded"]);
    expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
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
    const world = await smallLibrary();
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
    expect(await world.allBooks()).toHaveLength(total);
    expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
    expect((await world.scan({ serverIdentity: "otherproduct" })).counts.added).toBe(1);
  });

  it.each([
    ["an HTML page", { kind: "html", status: 200 }],
    ["401", { kind: "status", status: 401 }],
    ["404", { kind: "status", status: 404 }],
    ["a cut connection", { kind: "broken" }],
  ] as const)("[LB7] a root answered with %s fails the scan and changes nothing", async (_, lie) => {
    const world = await smallLibrary();
    await world.scan();
    world.behave({ lie: () => lie });
    await expect(world.scan()).rejects.toMatchObject({ name: "ReliteError" });
    expect(new Set(Object.values(await statesOf(world)))).toEqual(new Set(["present"]));
    world.behave({});
    expect((await world.scan()).counts).toMatchObject({ added: 0, missing: 0 });
  });
});
