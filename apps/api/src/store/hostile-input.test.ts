import type { Connection } from "@relite/core/connections";
import { noProgress } from "@relite/core/jobs";
import { type FolderCommit, type NewBook, noCounts } from "@relite/core/library";
import { describe, expect, test } from "vitest";
import { createRepositories } from "./library-repositories.ts";
import { providers, useDatabase } from "./testing/databases.ts";

const hostileIds = [
  "",
  "nobody",
  "' OR 1=1 --",
  '"; DROP TABLE "Book"; --',
  "%",
  "?",
  "$1",
  "\u0000",
  "a\u0000b",
  "\ud800",
];
const hugeText = "x".repeat(10_000_000);
const badTexts: readonly [text: string, reason: string][] = [
  ["a\u0000b", "bad_text"],
  ["\ud800", "bad_text"],
  ["x\udfff", "bad_text"],
  [hugeText, "too_long"],
];

const connection: Connection = {
  id: "c1",
  userId: "anna",
  name: "Server",
  url: "https://dav.example/",
  host: "dav.example:443",
  authKind: "none",
  username: null,
  sealedSecret: null,
  status: "idle",
  failure: null,
  failures: 0,
  lastSyncAtMs: null,
  nextSyncAtMs: null,
  serverIdentity: null,
  createdAtMs: 1,
  updatedAtMs: 1,
};

const book: NewBook = {
  id: "b1",
  path: "a.epub",
  folder: "",
  name: "a.epub",
  format: "epub",
  title: "a",
  titleKey: "a",
  searchText: "a",
  sizeBytes: 1,
  etag: null,
  modifiedAtMs: 1,
  addedAtMs: 1,
};

const listed = (patch: Partial<FolderCommit>): FolderCommit => ({
  folder: { path: "", etag: null, modifiedAtMs: null },
  outcome: "listed",
  folders: [],
  goneFolders: [],
  added: [],
  seen: [],
  absentIds: [],
  ...patch,
});

describe.each(providers)("hostile input on %s", (provider) => {
  const empty = useDatabase(provider);

  async function start() {
    const { client, ...database } = await empty();
    for (const id of ["anna", "ben"]) {
      await client.user.create({ data: { id, displayName: id, role: "member", createdAtMs: 0n } });
    }
    const repositories = createRepositories({ client, ...database });
    await repositories.connections.insert("anna", connection);
    await repositories.scans.openRound("anna", "c1", { nowMs: 1, staleBeforeMs: 0 });
    await repositories.scans.commitFolders("anna", "c1", 1, [listed({ added: [book] })], noCounts);
    return repositories;
  }

  test("[ST1] an id that is nobody's finds nothing and changes nothing, whatever it holds", async () => {
    const { connections, books, scans, proposals, queue } = await start();
    for (const id of [...hostileIds, hugeText]) {
      expect(await connections.get("anna", id)).toBeNull();
      expect(await connections.get(id, "c1")).toBeNull();
      expect(await connections.list(id)).toEqual([]);
      expect(await connections.update("anna", id, { name: "x" })).toBeNull();
      expect(await connections.update(id, "c1", { name: "x" })).toBeNull();
      expect(await connections.remove("anna", id)).toBe(false);
      expect(await connections.remove(id, "c1")).toBe(false);
      expect(await books.get("anna", id)).toBeNull();
      expect(await books.get(id, "b1")).toBeNull();
      expect(await books.setReadState("anna", id, "finished")).toBeNull();
      expect(await books.setReadState(id, "b1", "finished")).toBeNull();
      expect((await books.list(id, { limit: 9 })).items).toEqual([]);
      expect((await books.list("anna", { limit: 9, connectionId: id })).items).toEqual([]);
      expect(await books.count(id, {})).toBe(0);
      expect(await books.countByConnection(id)).toEqual(new Map());
      expect(await queue.get("anna", id)).toBeNull();
      expect(await queue.requestCancel("anna", id, 1)).toBeNull();
      expect((await queue.list(id, { limit: 9 })).items).toEqual([]);
      expect(await queue.release("anna", id, id)).toBe(false);
      expect(await queue.heartbeat("anna", id, { owner: id, leaseUntilMs: 1, progress: noProgress })).toBe(
        "lost",
      );
      expect(await proposals.get("anna", id)).toBeNull();
      expect(await proposals.list(id, {})).toEqual([]);
      expect(await proposals.decide("anna", id, "accepted", 1)).toBeNull();
      expect(await scans.listFolderStates("anna", id)).toEqual([]);
      expect(await scans.listLost(id, "c1", 1, { afterId: "", limit: 9 })).toEqual([]);
      expect((await scans.readFolders(id, "c1", [""]))[0]?.books).toEqual([]);
      const missing = { code: "not_found" };
      await expect(connections.insert(id, { ...connection, id: "c9" })).rejects.toMatchObject(missing);
      await expect(scans.openRound("anna", id, { nowMs: 1, staleBeforeMs: 0 })).rejects.toMatchObject(
        missing,
      );
      await expect(scans.markAbsent(id, "c1", 1)).rejects.toMatchObject(missing);
      const job = { id: "j1", connectionId: id, host: "h", trigger: "manual", nowMs: 1 } as const;
      await expect(queue.enqueue("anna", job)).rejects.toMatchObject(missing);
      await expect(queue.enqueue(id, { ...job, connectionId: "c1" })).rejects.toMatchObject(missing);
    }
    expect(await connections.get("anna", "c1")).toEqual(connection);
    expect(await books.get("anna", "b1")).toMatchObject({ readState: "unread", state: "present" });
  });

  test("[ST2] text that cannot be kept is refused, and nothing of its commit is done", async () => {
    const { connections, books, scans } = await start();
    for (const [text, reason] of badTexts) {
      const refusal = { code: "bad_request", reason };
      const bad: readonly Partial<FolderCommit>[] = [
        { added: [{ ...book, id: "b3", path: text }] },
        { added: [{ ...book, id: "b3", path: "z", title: text }] },
        { added: [{ ...book, id: "b3", path: "z", titleKey: text }] },
        { added: [{ ...book, id: "b3", path: "z", searchText: text }] },
        { added: [{ ...book, id: "b3", path: "z", etag: text }] },
        { added: [{ ...book, id: text, path: "z" }] },
        { seen: [{ id: "b1", sizeBytes: 2, etag: text, modifiedAtMs: 1, changedAtMs: null }] },
        { folders: [{ path: text, etag: null, modifiedAtMs: null }] },
        { folders: [{ path: "z", etag: text, modifiedAtMs: null }] },
      ];
      for (const patch of bad) {
        const good = listed({ added: [{ ...book, id: "b2", path: "y.epub" }] });
        await expect(
          scans.commitFolders("anna", "c1", 1, [good, listed(patch)], noCounts),
        ).rejects.toMatchObject(refusal);
      }
      for (const field of ["id", "name", "url", "host", "username", "serverIdentity"]) {
        const other = { ...connection, id: "c2", [field]: text };
        await expect(connections.insert("anna", other)).rejects.toMatchObject(refusal);
      }
      await expect(connections.update("anna", "c1", { name: text })).rejects.toMatchObject(refusal);
    }
    expect(await books.count("anna", {})).toBe(1);
    expect(await scans.listFolderStates("anna", "c1")).toHaveLength(1);
    expect(await connections.list("anna")).toEqual([connection]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, 1e20])(
    "[ST2] refuses %d as a size",
    async (sizeBytes) => {
      const { scans, books } = await start();
      const refusal = { code: "bad_request", reason: "bad_number" };
      const added = listed({ added: [{ ...book, id: "b2", path: "y.epub", sizeBytes }] });
      await expect(scans.commitFolders("anna", "c1", 1, [added], noCounts)).rejects.toMatchObject(refusal);
      const seen = listed({
        seen: [{ id: "b1", sizeBytes, etag: null, modifiedAtMs: 1, changedAtMs: null }],
      });
      await expect(scans.commitFolders("anna", "c1", 1, [seen], noCounts)).rejects.toMatchObject(refusal);
      expect(await books.get("anna", "b1")).toMatchObject({ sizeBytes: 1 });
    },
  );

  test("[ST3] what a server or a failure said is kept in a form that can be, so that recording it never fails", async () => {
    const { connections, queue, proposals } = await start();
    const words = "a\u0000b\ud800";
    const failure = { code: "upstream_failed", reason: words, message: words + hugeText } as const;
    const after = await connections.update("anna", "c1", { failure: { ...failure, atMs: 5 } });
    expect(after?.failure).toMatchObject({ reason: "a\ufffdb\ufffd", atMs: 5 });
    expect(after?.failure?.message).toHaveLength(2_000);
    await queue.enqueue("anna", { id: "j1", connectionId: "c1", host: "h", trigger: "manual", nowMs: 1 });
    await queue.claim({ owner: "w", nowMs: 2, leaseUntilMs: 9, maxRunning: 1 });
    const end = { owner: "w", status: "failed", failure, progress: noProgress, nowMs: 3 } as const;
    expect(await queue.finish("anna", "j1", end)).toBe(true);
    expect((await queue.get("anna", "j1"))?.failure?.reason).toBe("a\ufffdb\ufffd");
    const proposal = await proposals.propose("anna", {
      ...{ id: "p1", userId: "anna", connectionId: "c1", kind: "server_changed", status: "open", round: 1 },
      ...{ vanished: 1, known: 1, sample: [words], serverBefore: words, serverNow: null },
      ...{ createdAtMs: 1, decidedAtMs: null },
    });
    expect(proposal).toMatchObject({ sample: [words], serverBefore: "a\ufffdb\ufffd" });
  });

  test("[ST4] searches, cursors and limits of any kind are answered or refused, never an error of the database", async () => {
    const { books, queue } = await start();
    for (const word of [...hostileIds.slice(1), "\\", "_", "*", "(", "\n", "'"]) {
      expect((await books.list("anna", { limit: 9, words: [word] })).items).toEqual([]);
      expect(await books.count("anna", { words: [word] })).toBe(0);
    }
    expect((await books.list("anna", { limit: 9, words: [hugeText] })).items).toEqual([]);
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const cursors = ["", "junk", "%%%", hugeText, encoded(null), encoded({}), encoded(["title", "a"])];
    const forged = [
      ["title", 1, "b1"],
      ["-title", "a", "b1"],
      ["title", "a", 7],
      ["title", "\u0000", "b1"],
      ["title", "a", "\u0000"],
      ["title", null, "b1"],
      ["title", "a", "b1", "more"],
    ].map(encoded);
    for (const cursor of [...cursors, ...forged, encoded(["added", 1e300, "b1"])]) {
      const refusal = { code: "bad_request", reason: "bad_cursor" };
      await expect(books.list("anna", { limit: 9, cursor })).rejects.toMatchObject(refusal);
      await expect(queue.list("anna", { limit: 9, cursor })).rejects.toMatchObject(refusal);
    }
    for (const limit of [0, -1, Number.NaN, 1.5, 1e9, Number.POSITIVE_INFINITY]) {
      expect((await books.list("anna", { limit })).items).toHaveLength(1);
      expect((await queue.list("anna", { limit })).items).toEqual([]);
    }
  });
});
