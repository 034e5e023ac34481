import { describe, expect, it } from "vitest";
import { anna } from "../testing/contracts/index.ts";
import {
  bookNames,
  bookStates,
  createSmallLibrary,
  type RemoteQuirks,
  smallLibrarySize,
} from "../testing/index.ts";

describe("[LB1] a sync brings the index in line with the tree", () => {
  it("[LB1] finds every book, once, and nothing that is none", async () => {
    const world = await createSmallLibrary();
    const outcome = await world.scan();
    expect(outcome).toMatchObject({
      round: 1,
      isComplete: true,
      proposal: null,
      counts: {
        folders: 5,
        files: smallLibrarySize + 5,
        added: smallLibrarySize,
        changed: 0,
        missing: 0,
        requests: 5,
      },
    });
    const paths = (await world.allBooks()).map((book) => book.path);
    expect(new Set(paths).size).toBe(smallLibrarySize);
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
    const world = await createSmallLibrary();
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
    const world = await createSmallLibrary();
    if (given.noSelf) world.tree.remove("empty");
    world.behave({ quirks: given });
    expect((await world.scan()).counts.added).toBe(smallLibrarySize);
    expect((await world.scan()).counts).toMatchObject({ added: 0, changed: 0, missing: 0 });
    expect(new Set(Object.values(await bookStates(world)))).toEqual(new Set(["present"]));
  });

  it("[LB1] sees changes, also an overwrite in place, and keeps the reading state", async () => {
    const world = await createSmallLibrary();
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
    const world = await createSmallLibrary();
    await world.scan();
    const id = (await world.bookAt("a/b/plain.epub"))?.id;
    world.tree.remove("a/b");
    const gone = await world.scan();
    expect(gone.counts.missing).toBe(bookNames.length);
    expect((await world.bookAt("a/b/plain.epub"))?.state).toBe("missing");
    expect(await world.allBooks()).toHaveLength(smallLibrarySize);
    for (const name of bookNames) world.tree.putFile(`a/b/${name}`);
    const back = await world.scan();
    expect(back.counts).toMatchObject({ added: 0, restored: bookNames.length });
    expect(await world.bookAt("a/b/plain.epub")).toMatchObject({ id, state: "present" });
  });
});
