import { describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

async function withTree(): Promise<TestServer> {
  const dav = await startTestServer();
  for (const path of ["a", "a/b", "a/b/c"]) expect((await dav.request("MKCOL", path)).status).toBe(201);
  for (const path of ["a/1", "a/b/2", "a/b/c/3"]) await dav.request("PUT", path, { body: path });
  return dav;
}

async function paths(dav: TestServer): Promise<string[]> {
  const answer = await dav.request("PROPFIND", "", { headers: { Depth: "infinity" } });
  const hrefs = [...(await answer.text()).matchAll(/<D:href>\/dav\/apps\/test\/([^<]*)<\/D:href>/g)];
  return hrefs
    .map(([, href = ""]) => href)
    .filter((href) => href !== "")
    .sort();
}

async function etagOf(dav: TestServer, path: string): Promise<string> {
  const answer = await dav.request("PROPFIND", path, { headers: { Depth: "0" } });
  return /<D:getetag>([^<]*)</.exec(await answer.text())?.[1] ?? "";
}

describe("collections", () => {
  it("[DV9] MKCOL makes one, where nothing is and a parent is", async () => {
    await using dav = await withTree();
    const mkcol = async (path: string, body?: string) =>
      (await dav.request("MKCOL", path, body === undefined ? {} : { body })).status;
    expect(await mkcol("a")).toBe(405);
    expect(await mkcol("a/1")).toBe(405);
    expect(await mkcol("no/way")).toBe(409);
    expect(await mkcol("a/1/under-a-file")).toBe(409);
    expect(await mkcol("with-body", "<x/>")).toBe(415);
    expect(await mkcol("slash/")).toBe(201);
  });

  it("[DV10] a collection does not take PUT or GET, a file has no slash, PUT no Content-Range", async () => {
    await using dav = await withTree();
    expect((await dav.request("PUT", "a", { body: "x" })).status).toBe(405);
    expect((await dav.request("PUT", "a/", { body: "x" })).status).toBe(405);
    expect((await dav.request("PUT", "new/", { body: "x" })).status).toBe(409);
    expect((await dav.request("PUT", "no/way", { body: "x" })).status).toBe(409);
    expect(
      (await dav.request("PUT", "p", { body: "x", headers: { "Content-Range": "bytes 0-0/1" } })).status,
    ).toBe(400);
    expect((await dav.request("GET", "a")).status).toBe(405);
    expect((await dav.request("GET", "none")).status).toBe(404);
  });

  it("[DV11] a collection's ETag changes with anything below it, and only then", async () => {
    await using dav = await withTree();
    const all = async () => Promise.all(["", "a", "a/b", "a/b/c"].map((path) => etagOf(dav, path)));
    let before = await all();
    const changes: [string, () => Promise<Response>][] = [
      ["write", () => dav.request("PUT", "a/b/c/3", { body: "changed" })],
      ["new", () => dav.request("PUT", "a/b/c/4", { body: "new" })],
      ["delete", () => dav.request("DELETE", "a/b/c/4")],
      ["move", () => dav.request("MOVE", "a/b/c/3", { headers: { Destination: "/dav/apps/test/a/b/c/5" } })],
      ["copy", () => dav.request("COPY", "a/1", { headers: { Destination: "/dav/apps/test/a/b/c/6" } })],
    ];
    for (const [name, change] of changes) {
      expect((await change()).ok, name).toBe(true);
      const after = await all();
      for (const [index, etag] of after.entries()) expect(etag, name).not.toBe(before[index]);
      before = after;
    }
    await dav.request("GET", "a/1");
    await dav.request("PUT", "a/none/x", { body: "refused" });
    expect(await all()).toEqual(before);
    await dav.request("PUT", "a/1", { body: "a sibling" });
    expect((await all()).slice(2)).toEqual(before.slice(2));
  });
});

describe("COPY, MOVE and DELETE", () => {
  const to = (path: string, more: Record<string, string> = {}) => ({
    headers: { Destination: `/dav/apps/test/${path}`, ...more },
  });

  it("[DV12] take whole trees", async () => {
    await using dav = await withTree();
    expect((await dav.request("COPY", "a", to("z"))).status).toBe(201);
    expect(await paths(dav)).toEqual(
      ["a", "z"].flatMap((top) => ["", "1", "b/", "b/2", "b/c/", "b/c/3"].map((path) => `${top}/${path}`)),
    );
    expect((await dav.request("DELETE", "a")).status).toBe(204);
    expect(await (await dav.request("GET", "z/b/c/3")).text()).toBe("a/b/c/3");
    expect((await dav.request("MOVE", "z/b", to("moved"))).status).toBe(201);
    expect(await paths(dav)).toEqual(["moved/", "moved/2", "moved/c/", "moved/c/3", "z/", "z/1"]);
    expect((await dav.request("COPY", "moved", to("shallow", { Depth: "0" }))).status).toBe(201);
    expect(await paths(dav)).toContain("shallow/");
    expect(await paths(dav)).not.toContain("shallow/2");
  });

  it("[DV13] replace what is there, or refuse to", async () => {
    await using dav = await withTree();
    await dav.request("PUT", "file", { body: "file" });
    expect((await dav.request("COPY", "file", to("a", { Overwrite: "F" }))).status).toBe(412);
    expect((await dav.request("MOVE", "file", to("a/1", { Overwrite: "f" }))).status).toBe(412);
    expect((await dav.request("COPY", "file", to("a/b"))).status).toBe(204);
    expect(await paths(dav)).toEqual(["a/", "a/1", "a/b", "file"]);
    expect((await dav.request("MOVE", "a", to("file", { Overwrite: "T" }))).status).toBe(204);
    expect(await paths(dav)).toEqual(["file/", "file/1", "file/b"]);
  });

  it.each([
    ["COPY", "a", "a", 403],
    ["COPY", "a", "a/b/inside", 403],
    ["MOVE", "a", "a/inside", 403],
    ["MOVE", "a/b", "a", 403],
    ["MOVE", "a/1", "a", 403],
    ["COPY", "a/b/c/3", "a/b", 403],
    ["COPY", "none", "x", 404],
    ["MOVE", "a/1", "no/way", 409],
    ["COPY", "a/1", "", 403],
  ])("[DV14] %s of %s to %s is %i and changes nothing", async (method, from, target, status) => {
    await using dav = await withTree();
    const before = await paths(dav);
    expect((await dav.request(method, from, to(target))).status).toBe(status);
    expect(await paths(dav)).toEqual(before);
  });

  it("[DV15] a Destination must be on this server, below the prefix, and clean", async () => {
    await using dav = await withTree();
    const copy = async (destination: string | null) => {
      const headers = destination === null ? {} : { Destination: destination };
      return (await dav.request("COPY", "a/1", { headers })).status;
    };
    expect(await copy(null)).toBe(400);
    expect(await copy("http://elsewhere.example/dav/apps/test/x")).toBe(502);
    expect(await copy(`http://127.0.0.1:1/dav/apps/test/x`)).toBe(502);
    expect(await copy("/dav/apps/test/a/%2e%2e/x")).toBe(400);
    expect(await copy(`${dav.server.url}/dav/apps/test/a/../x`)).toBe(400);
    expect(await copy("/dav/apps/test/%")).toBe(400);
    expect(await copy("/dav/apps/test/a%2fb")).toBe(400);
    expect(await copy("/dav/apps/test/a\\b")).toBe(400);
    expect(await copy("//dav/apps/test/x")).toBe(400);
    expect(await copy("x")).toBe(400);
    expect(await copy("/elsewhere/x")).toBe(403);
    expect(await copy("/dav/apps/other/x")).toBe(403);
    expect(await copy(`${dav.server.url}/dav/apps/test/x%20y`)).toBe(201);
  });

  it("[DV16] a Depth that makes no sense is refused", async () => {
    await using dav = await withTree();
    const status = async (method: string, path: string, depth: string) =>
      (await dav.request(method, path, to("q", { Depth: depth }))).status;
    expect(await status("DELETE", "a", "0")).toBe(400);
    expect(await status("MOVE", "a", "1")).toBe(400);
    expect(await status("COPY", "a", "1")).toBe(400);
    expect(await status("PROPFIND", "a", "2")).toBe(400);
    expect(await status("PROPFIND", "a", "Infinity")).toBe(207);
    expect((await dav.request("MOVE", "a", to("q", { Overwrite: "X" }))).status).toBe(400);
    expect(await status("DELETE", "a", "infinity")).toBe(204);
  });
});
