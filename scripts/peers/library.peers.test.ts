import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApache } from "./apache.ts";
import { awkwardOthers, plantAwkwardTree, plantFile, sizesBelow } from "./awkward-tree.ts";
import { type BookView, type LibraryDesk, type Login, openLibraryDesk } from "./library-desk.ts";
import { ensureProgram } from "./packages.ts";
import type { PeerServer } from "./process-server.ts";
import { startRclone } from "./rclone.ts";
import { untilListed } from "./until-listed.ts";
import { createWire, type Wire } from "./wire.ts";

const login: Login = { username: "reader", password: "pä55 : word%" };
const changed: Login = { ...login, password: "changed" };
const others = new Set(awkwardOthers);

describe.each([
  {
    name: "Apache mod_dav",
    ...ensureProgram("apache2", "apache2"),
    start: startApache,
    shown: (path: string) => path,
  },
  {
    name: "rclone serve webdav",
    ...ensureProgram("rclone", "rclone"),
    start: startRclone,
    shown: withControlPictures,
  },
])("the library on $name $reason", ({ name, available, start, shown }) => {
  const step = it.skipIf(!available);
  let folder = "";
  let server: PeerServer;
  let wire: Wire;
  let desk: LibraryDesk;
  let connectionId = "";
  let loginNow = login;

  const isThere = (path: string, there = true) => untilListed(server.url, loginNow, path, there);
  /** Another server on the same folder, at the same address. */
  const restart = async (asked: Login) => {
    loginNow = asked;
    server = await start(folder, asked);
    await wire.join(server.url);
  };
  const bookAt = async (path: string) => (await desk.books(connectionId)).get(path);
  const states = async () =>
    new Set([...(await desk.books(connectionId)).values()].map((book) => book.state));
  const connection = () => desk.client.connections.get.query({ id: connectionId });

  beforeAll(async () => {
    if (!available) return;
    folder = mkdtempSync(join(tmpdir(), "relite-peer-"));
    plantAwkwardTree(folder);
    for (let index = 0; index < 70; index += 1) plantFile(folder, `shelf/book ${index}.epub`, 1_000 + index);
    server = await start(folder, login);
    wire = await createWire();
    await wire.join(server.url);
    desk = await openLibraryDesk();
  });
  afterAll(async () => {
    if (!available) return;
    await desk[Symbol.asyncDispose]();
    await wire[Symbol.asyncDispose]();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  step("[CN2] a wrong password is refused before anything is stored", async () => {
    const wrong = { ...login, password: "guess" };
    await expect(desk.connect(name, wire.url, wrong)).rejects.toMatchObject({
      data: { reason: "credentials_refused" },
    });
    expect((await desk.client.connections.list.query()).items).toEqual([]);
  });

  step("[DC1] the first sync finds every book under its own name, with its size", async () => {
    const { id, job } = await desk.connect(name, wire.url, login);
    connectionId = id;
    const files = [...sizesBelow(folder)].filter(([path]) => !others.has(path));
    const expected = files.map(([path, size]) => [shown(path), size] as const);
    expect(job).toMatchObject({ status: "done", failure: null, progress: { added: expected.length } });
    const books = [...(await desk.books(id)).values()].map((book) => [book.path, book.sizeBytes]);
    expect(Object.fromEntries(books)).toEqual(Object.fromEntries(expected));
    expect(await states()).toEqual(new Set(["present"]));
  });

  step("[LB1] a sync with nothing new changes nothing", async () => {
    const before = await desk.books(connectionId);
    const { status, progress } = await desk.sync(connectionId);
    expect({ status, progress }).toMatchObject({
      status: "done",
      progress: { added: 0, changed: 0, missing: 0, restored: 0, requests: progress.folders },
    });
    expect(await desk.books(connectionId)).toEqual(before);
  });

  step("[LB1] what is new or overwritten is seen", async () => {
    plantFile(folder, "twins/Cafe\u0301.epub", 5_000);
    plantFile(folder, "new & shiny/100%.pdf", 123);
    await isThere("new & shiny/100%.pdf");
    await untilSize(desk, connectionId, "twins/Cafe\u0301.epub", 5_000);
    expect(await bookAt("twins/Caf\u00e9.epub")).toMatchObject({ state: "present" });
    expect((await bookAt("twins/Caf\u00e9.epub"))?.sizeBytes).not.toBe(5_000);
    expect(await bookAt("new & shiny/100%.pdf")).toMatchObject({ state: "present", sizeBytes: 123 });
  });

  step("[LS4] a deleted book is missing at once, and restored when it returns", async () => {
    const before = await bookAt("#hash and ?question.pdf");
    rmSync(join(folder, "#hash and ?question.pdf"));
    await isThere("#hash and ?question.pdf", false);
    expect((await desk.sync(connectionId)).progress).toMatchObject({ missing: 1 });
    expect(await bookAt("#hash and ?question.pdf")).toMatchObject({ id: before?.id, state: "missing" });
    plantFile(folder, "#hash and ?question.pdf", before?.sizeBytes ?? 0);
    await isThere("#hash and ?question.pdf");
    expect((await desk.sync(connectionId)).progress).toMatchObject({ added: 0, restored: 1 });
    expect(await bookAt("#hash and ?question.pdf")).toMatchObject({ id: before?.id, state: "present" });
  });

  step("[LS4] more than are asked for one by one are suspect first, then missing", async () => {
    rmSync(join(folder, "shelf"), { recursive: true });
    await isThere("shelf", false);
    const count = async (state: BookView["state"]) =>
      [...(await desk.books(connectionId)).values()].filter((book) => book.state === state).length;
    await desk.sync(connectionId);
    expect([await count("missing"), await count("suspect")]).toEqual([64, 6]);
    await desk.sync(connectionId);
    expect([await count("missing"), await count("suspect")]).toEqual([70, 0]);
  });

  step("[LS5] a renamed file and a moved folder keep identity and reading state", async () => {
    const moves = [
      ["a+b=c.epub", "renamed/c=b+a %.epub"],
      ["100%/50%25/#/?/deep.pdf", "renamed/100% again/50%25/#/?/deep.pdf"],
    ] as const;
    const ids = [];
    for (const [from] of moves) {
      const book = await bookAt(from);
      ids.push(book?.id);
      await desk.client.books.setReadState.mutate({ id: book?.id ?? "", readState: "finished" });
    }
    mkdirSync(join(folder, "renamed"));
    renameSync(join(folder, "a+b=c.epub"), join(folder, "renamed/c=b+a %.epub"));
    renameSync(join(folder, "100%"), join(folder, "renamed/100% again"));
    for (const [from, to] of moves) {
      await isThere(from, false);
      await isThere(to);
    }
    expect((await desk.sync(connectionId)).progress).toMatchObject({ missing: 0 });
    for (const [index, [from, to]] of moves.entries()) {
      expect(await bookAt(from)).toBeUndefined();
      expect(await bookAt(to)).toMatchObject({ id: ids[index], readState: "finished", state: "present" });
    }
  });

  step("[DC4] a name that is no text hides nothing beside it", async () => {
    plantFile(folder, "not text/beside.epub", 77);
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/not text/caf`), Buffer.of(0xe9), Buffer.from(".epub")]),
      "x",
    );
    await isThere("not text/beside.epub");
    expect(await desk.sync(connectionId)).toMatchObject({ status: "done" });
    expect(await bookAt("not text/beside.epub")).toMatchObject({ state: "present", sizeBytes: 77 });
    rmSync(join(folder, "not text"), { recursive: true });
    await isThere("not text", false);
    await desk.sync(connectionId);
  });

  step("[CN6] credentials refused in a sync stop the connection and hide no book", async () => {
    const before = await desk.books(connectionId);
    await server.close();
    await restart(changed);
    const refused = { code: "upstream_failed", reason: "credentials_refused" };
    expect(await desk.sync(connectionId)).toMatchObject({ status: "failed", failure: refused });
    expect(await connection()).toMatchObject({ status: "stopped", failure: refused, nextSyncAt: null });
    expect(await desk.books(connectionId)).toEqual(before);
    await desk.client.connections.update.mutate({
      id: connectionId,
      auth: { kind: "basic", username: login.username, password: changed.password },
    });
    expect(await desk.sync(connectionId)).toMatchObject({ status: "done", progress: { missing: 0 } });
    expect(await connection()).toMatchObject({ status: "ok", failure: null });
  });

  step("[LS6] a server that stops in the middle hides no book, in a first sync or a later one", async () => {
    const before = await desk.books(connectionId);
    for (let index = 0; index < 300; index += 1) plantFile(folder, `many/${index}/a.epub`, 10_000 + index);
    await isThere("many/299");
    await isThere("many");
    for (const _ of ["a first sync", "a later one"]) {
      const known = await desk.books(connectionId);
      const cut = wire.cutAfter(150);
      const stopped = await desk.sync(connectionId);
      await Promise.all([cut, server.close()]);
      expect(stopped).toMatchObject({ status: "failed", failure: { code: "upstream_failed" } });
      expect(await connection()).toMatchObject({ status: "failing" });
      const after = await desk.books(connectionId);
      for (const [path, book] of known) expect(after.get(path)).toEqual(book);
      await restart(changed);
      expect(await desk.sync(connectionId)).toMatchObject({ status: "done", progress: { missing: 0 } });
    }
    const after = await desk.books(connectionId);
    for (const [path, book] of before) expect(after.get(path)).toEqual(book);
    expect(after.size).toBe(before.size + 300);
  });
});

/** rclone shows control characters, which many storages cannot hold, by the pictures of them. */
function withControlPictures(path: string): string {
  return path.replaceAll("\t", "␉");
}

/** Syncs until a book has its new size: a server may go on showing the old one for a moment. */
async function untilSize(desk: LibraryDesk, connectionId: string, path: string, size: number): Promise<void> {
  const startMs = performance.now();
  while ((await desk.books(connectionId)).get(path)?.sizeBytes !== size) {
    if (performance.now() - startMs > 20_000) throw new Error(`The new size of ${path} was not seen.`);
    await desk.sync(connectionId);
  }
}
