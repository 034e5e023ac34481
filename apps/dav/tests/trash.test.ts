import { describe, expect, it } from "vitest";
import { runFsck } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { bring, textOf, trashOf } from "./trash-client.ts";

const quiet = { out() {}, err() {}, env: {} };

async function withDeletedTree(): Promise<TestServer> {
  const dav = await startTestServer();
  await dav.request("MKCOL", "a");
  await dav.request("MKCOL", "a/b");
  await dav.request("PUT", "a/b/f%20ü.txt", { body: "hello", headers: { "Content-Type": "text/x-own" } });
  const body =
    '<propertyupdate xmlns="DAV:"><set><prop><o xmlns="urn:o">kept</o></prop></set></propertyupdate>';
  await dav.request("PROPPATCH", "a/b", { body });
  await dav.request("PUT", "other", { body: "other" });
  await dav.request("DELETE", "a/b");
  return dav;
}

describe("trash over WebDAV", () => {
  it("[TV5] lists what was deleted with where it was, who deleted it, when, its size, and when it goes", async () => {
    await using dav = await withDeletedTree();
    await dav.request("DELETE", "other");
    const listed = await trashOf(dav);
    const [tree, file] = listed;
    expect(listed).toHaveLength(2);
    expect(Object.fromEntries(tree?.values ?? [])).toMatchObject({
      "original-path": "a/b",
      "restore-to": "/dav/apps/test/a/b/",
      "deleted-by": dav.owner.did,
      "trashbin-filename": "b",
      "trashbin-original-location": "a/b",
    });
    const values = file?.values ?? new Map<string, string>();
    expect([values.get("size"), values.get("getcontentlength")]).toEqual(["5", "5"]);
    const deletedMs = Date.parse(values.get("deleted-at") ?? "");
    expect(Math.abs(deletedMs - Date.now())).toBeLessThan(60_000);
    expect(Date.parse(values.get("expires-at") ?? "") - deletedMs).toBe(30 * 86_400_000);
    expect(Number(values.get("trashbin-deletion-time"))).toBe(Math.floor(deletedMs / 1_000));
    expect(tree?.href).toMatch(/^\/dav\/trash\/test\/\d+-b\/$/);
  });

  it("[TV5] an app without anything deleted has an empty trash", async () => {
    await using dav = await startTestServer();
    expect(await trashOf(dav)).toEqual([]);
    expect((await dav.request("DELETE", "/dav/trash/test/")).status).toBe(204);
    expect((await dav.request("GET", "/dav/trash/test/1-x")).status).toBe(404);
  });

  it("[TV6] what lies in a deleted tree is listed, read, in part too, and copied out", async () => {
    await using dav = await withDeletedTree();
    const [tree] = await trashOf(dav);
    const answer = await dav.request("PROPFIND", tree?.href ?? "", { headers: { Depth: "infinity" } });
    const text = await answer.text();
    expect(text).toContain(`${tree?.href}f%20%C3%BC.txt</D:href>`);
    expect(text).toContain("kept</o>");
    const everything = await dav.request("PROPFIND", "/dav/trash/test/", { headers: { Depth: "infinity" } });
    expect(await everything.text()).toContain(`${tree?.href}f%20%C3%BC.txt</D:href>`);
    const file = `${tree?.href}f%20%C3%BC.txt`;
    const got = await dav.request("GET", file, { headers: { Range: "bytes=1-2" } });
    expect([got.status, await got.text(), got.headers.get("content-type")]).toEqual([
      206,
      "el",
      "text/x-own",
    ]);
    expect(await bring(dav, file, "copy", { method: "COPY" })).toBe(201);
    expect(await textOf(dav, "copy")).toBe("hello");
    expect(await bring(dav, tree?.href ?? "", "whole", { method: "COPY" })).toBe(201);
    expect(await textOf(dav, "whole/f%20ü.txt")).toBe("hello");
    expect(await trashOf(dav)).toHaveLength(1);
  });

  it("[TV7] a MOVE brings it back with its properties, where a MOVE could put it", async () => {
    await using dav = await withDeletedTree();
    const [tree] = await trashOf(dav);
    const href = tree?.href ?? "";
    expect(await bring(dav, href, "none/b")).toBe(409);
    expect(await bring(dav, href, "other", { headers: { Overwrite: "F" } })).toBe(412);
    expect(await bring(dav, href, "a/b", { headers: { Depth: "0" } })).toBe(400);
    expect(await bring(dav, href, "a/b", { headers: { "If-Match": '"other"' } })).toBe(412);
    expect(await bring(dav, `${href}f%20ü.txt`, "f")).toBe(403);
    expect(await bring(dav, href, "/dav/trash/test/x")).toBe(403);
    expect(await bring(dav, href, "")).toBe(403);
    expect(await bring(dav, href, tree?.values.get("restore-to") ?? "")).toBe(201);
    expect(await textOf(dav, "a/b/f%20ü.txt")).toBe("hello");
    expect(await (await dav.request("PROPFIND", "a/b")).text()).toContain("kept</o>");
    expect(await trashOf(dav)).toEqual([]);
    expect(await bring(dav, href, "again")).toBe(404);
    expect(await runFsck(["--data", dav.folder], quiet)).toBe(0);
  });

  it("[TV7] onto something that is there it goes to the trash in turn; locks there are honoured", async () => {
    await using dav = await withDeletedTree();
    const [tree] = await trashOf(dav);
    const body =
      '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
    const lock = await dav.request("LOCK", "other", { body });
    expect(await bring(dav, tree?.href ?? "", "other")).toBe(423);
    await dav.request("UNLOCK", "other", { headers: { "Lock-Token": lock.headers.get("lock-token") ?? "" } });
    expect(await bring(dav, tree?.href ?? "", "other")).toBe(204);
    expect((await trashOf(dav)).map(({ values }) => values.get("original-path"))).toEqual(["other"]);
    expect(await textOf(dav, "other/f%20ü.txt")).toBe("hello");
  });

  it("[TV7] of two that bring one thing back, one does", async () => {
    await using dav = await withDeletedTree();
    const [tree] = await trashOf(dav);
    const both = await Promise.all([bring(dav, tree?.href ?? "", "x"), bring(dav, tree?.href ?? "", "y")]);
    expect(both.sort()).toEqual([201, 404]);
  });

  it("[TV7] a tree whose parent was deleted too waits for the parent; equal names do not clash", async () => {
    await using dav = await withDeletedTree();
    await dav.request("DELETE", "a");
    const [tree, parent] = await trashOf(dav);
    const back = (entry: typeof tree) => bring(dav, entry?.href ?? "", entry?.values.get("restore-to") ?? "");
    expect(await back(tree)).toBe(409);
    expect(await back(parent)).toBe(201);
    expect(await back(tree)).toBe(201);
    for (let round = 0; round < 3; round += 1) {
      await dav.request("PUT", "same", { body: `${round}` });
      await dav.request("DELETE", "same");
    }
    const long = `${"ä".repeat(120)}.txt`;
    await dav.request("PUT", long, { body: "long" });
    await dav.request("DELETE", long);
    const entries = await trashOf(dav);
    expect(new Set(entries.map(({ href }) => href)).size).toBe(4);
    const texts = await Promise.all(entries.map(({ href }) => textOf(dav, href)));
    expect(texts.sort()).toEqual(["0", "1", "2", "long"]);
    expect(await bring(dav, entries.at(-1)?.href ?? "", entries.at(-1)?.values.get("restore-to") ?? "")).toBe(
      201,
    );
    expect(await textOf(dav, long)).toBe("long");
  });

  it("[TV7] an app's own collection comes back beside what is in the new one", async () => {
    await using dav = await withDeletedTree();
    expect((await dav.request("DELETE", "")).status).toBe(204);
    expect(await textOf(dav, "other")).toBe(404);
    const app = (await trashOf(dav)).find(({ values }) => values.get("original-path") === "");
    expect(await bring(dav, app?.href ?? "", app?.values.get("restore-to") ?? "")).toBe(201);
    expect(await textOf(dav, `${app?.values.get("restore-to")}other`)).toBe("other");
  });

  it("[TV8] DELETE ends an entry, or everything, for good, and gives the bytes back", async () => {
    await using dav = await withDeletedTree();
    const [tree] = await trashOf(dav);
    await dav.request("DELETE", "other");
    const used = async () => {
      const body = '<propfind xmlns="DAV:"><prop><quota-used-bytes/></prop></propfind>';
      const answer = await dav.request("PROPFIND", "", { body, headers: { Depth: "0" } });
      return Number(/<D:quota-used-bytes>(\d+)</.exec(await answer.text())?.[1]);
    };
    expect(await used()).toBeGreaterThan(10);
    const refused = { headers: { "If-Match": '"other"' } };
    expect((await dav.request("DELETE", tree?.href ?? "", refused)).status).toBe(412);
    expect((await dav.request("DELETE", `${tree?.href}f%20ü.txt`)).status).toBe(403);
    expect((await dav.request("DELETE", tree?.href ?? "")).status).toBe(204);
    expect((await dav.request("DELETE", tree?.href ?? "")).status).toBe(404);
    expect(await used()).toBe(5);
    expect((await dav.request("DELETE", "/dav/trash/test/")).status).toBe(204);
    expect([await trashOf(dav), await used()]).toEqual([[], 0]);
    expect(await runFsck(["--data", dav.folder], quiet)).toBe(0);
  });

  it("[TV8] Prefer: keep=none leaves nothing in the trash, and no version", async () => {
    await using dav = await startTestServer();
    const headers = { Prefer: "return=minimal, keep=none" };
    await dav.request("PUT", "f", { body: "one" });
    await dav.request("PUT", "f", { body: "two", headers });
    await dav.request("PUT", "g", { body: "three" });
    await dav.request("MOVE", "g", { headers: { ...headers, Destination: "/dav/apps/test/f" } });
    await dav.request("DELETE", "f", { headers });
    expect(await trashOf(dav)).toEqual([]);
  });

  it.each(["PUT", "MKCOL", "PROPPATCH", "LOCK", "UNLOCK", "REPORT", "PATCH"])(
    "[TV9] %s does nothing in the trash or among versions",
    async (method) => {
      await using dav = await withDeletedTree();
      const [tree] = await trashOf(dav);
      for (const path of [tree?.href ?? "", "/dav/versions/test/other", "/dav/trash/test/"]) {
        const answer = await dav.request(method, path, method === "PUT" ? { body: "x" } : {});
        expect([answer.status, answer.headers.get("allow")]).toEqual([
          405,
          "OPTIONS, GET, HEAD, POST, PROPFIND, COPY, MOVE, DELETE",
        ]);
      }
      const into = { headers: { Destination: "/dav/trash/test/x" } };
      expect((await dav.request("MOVE", "other", into)).status).toBe(403);
      expect((await dav.request("GET", "/dav/trash/test/")).status).toBe(405);
      expect((await dav.request("PROPFIND", "/dav/trash/")).status).toBe(403);
      expect((await dav.request("PROPFIND", "/dav/trash/NOT%20AN%20APP/")).status).toBe(403);
    },
  );

  it("[TV10] a token confined to a path sees what was deleted there, and changes only what it may", async () => {
    await using dav = await withDeletedTree();
    await dav.request("DELETE", "other");
    const as = async (grant: string, can: "app/read" | "app/write") => {
      const token = await dav.token([{ with: grant, can }]);
      return { Authorization: `Bearer ${token}` };
    };
    const inside = await as("app:test/a", "app/read");
    const listed = await trashOf({
      ...dav,
      request: (method, path, init) =>
        dav.request(method, path, { ...init, headers: { ...init?.headers, ...inside } }),
    });
    expect(listed.map(({ values }) => values.get("original-path"))).toEqual(["a/b"]);
    const [tree, other] = await trashOf(dav);
    const status = async (method: string, href: string | undefined, headers: Record<string, string>) =>
      (await dav.request(method, href ?? "", { headers: { Destination: "/dav/apps/test/a/x", ...headers } }))
        .status;
    expect(await status("GET", other?.href, inside)).toBe(404);
    expect(await status("GET", `${tree?.href}f%20ü.txt`, inside)).toBe(200);
    expect(await status("DELETE", tree?.href, inside)).toBe(403);
    expect(await status("MOVE", tree?.href, inside)).toBe(403);
    expect(await status("PROPFIND", "/dav/trash/test/", await as("app:other", "app/write"))).toBe(403);
    expect(await status("PROPFIND", "/dav/versions/test/other", inside)).toBe(403);
    const writer = await as("app:test/a", "app/write");
    expect(await status("MOVE", other?.href, writer)).toBe(404);
    expect(await status("DELETE", "/dav/trash/test/", writer)).toBe(204);
    expect((await trashOf(dav)).map(({ values }) => values.get("original-path"))).toEqual(["other"]);
  });
});
