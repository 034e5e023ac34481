import { describe, expect, it } from "vitest";
import { anna } from "../testing/contracts/index.ts";
import { bookNames, createScanWorld, createSmallLibrary } from "../testing/index.ts";

describe("[LS5] moves keep identity and reading state", () => {
  it.each([
    ["with ETags", {}],
    ["without ETags", { noEtag: true }],
  ] as const)("[LS5] a renamed folder and a moved file, %s", async (_, given) => {
    const world = await createSmallLibrary();
    world.behave({ quirks: given });
    await world.scan();
    const before = await world.allBooks();
    for (const book of before) await world.books.setReadState(anna, book.id, "finished");
    world.tree.move("a/b", "c d%/moved b");
    world.tree.move("三体.epub", "empty/三体.epub");
    const outcome = await world.scan();
    expect(outcome.settlement?.moved).toBe(bookNames.length + 1);
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
    const world = await createSmallLibrary();
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
