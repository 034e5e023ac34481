import { describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { bring, listKept, textOf, versionsOf } from "./trash-client.ts";

async function withVersions(): Promise<TestServer> {
  const dav = await startTestServer();
  await dav.request("MKCOL", "d");
  for (const body of ["one", "two", "two", "", "three!"]) await dav.request("PUT", "d/f.html", { body });
  return dav;
}

const sizes = async (dav: TestServer, path = "d/f.html") =>
  (await versionsOf(dav, path)).map(({ values }) => Number(values.get("getcontentlength")));

describe("versions over WebDAV", () => {
  it("[TV11] lists what a file had, with sizes, times, and who wrote over it; folders too, one level at a time", async () => {
    await using dav = await withVersions();
    const [first, second] = await versionsOf(dav, "d/f.html");
    expect(await sizes(dav)).toEqual([3, 3]);
    expect(first?.values.get("replaced-by")).toBe(dav.owner.did);
    expect(first?.values.get("getetag")).not.toBe(second?.values.get("getetag"));
    expect(Date.parse(first?.values.get("replaced-at") ?? "")).toBeGreaterThan(Date.now() - 60_000);
    expect(Date.parse(first?.values.get("expires-at") ?? "")).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    const names = async (path: string) => (await listKept(dav, path)).map(({ href }) => href);
    expect(await names("/dav/versions/test/")).toEqual(["/dav/versions/test/d/"]);
    expect(await names("/dav/versions/test/d")).toEqual(["/dav/versions/test/d/f.html/"]);
    const deep = await dav.request("PROPFIND", "/dav/versions/test/", { headers: { Depth: "infinity" } });
    expect([deep.status, await deep.text()]).toEqual([403, expect.stringContaining("propfind-finite-depth")]);
    const single = await dav.request("PROPFIND", first?.href ?? "", { headers: { Depth: "0" } });
    expect([single.status, await single.text()]).toEqual([207, expect.stringContaining(dav.owner.did)]);
    expect((await dav.request("PROPFIND", "/dav/versions/test/none")).status).toBe(404);
    expect((await dav.request("PROPFIND", "/dav/versions/test/d/f.html/999999")).status).toBe(404);
  });

  it("[TV12] GET answers a version as the file it was, by conditions and ranges", async () => {
    await using dav = await withVersions();
    const [first] = await versionsOf(dav, "d/f.html");
    const href = first?.href ?? "";
    const answer = await dav.request("GET", href, { headers: { Range: "bytes=1-" } });
    expect([answer.status, await answer.text()]).toEqual([206, "ne"]);
    const etag = answer.headers.get("etag") ?? "";
    expect((await dav.request("GET", href, { headers: { "If-None-Match": etag } })).status).toBe(304);
    expect((await dav.request("GET", "/dav/versions/test/d/f.html")).status).toBe(405);
    expect((await dav.request("GET", "/dav/versions/test/d/f.html/0")).status).toBe(404);
    expect((await dav.request("GET", "/dav/versions/test/d/f.html/-1")).status).toBe(404);
    expect((await dav.request("GET", `${href}/x`)).status).toBe(404);
    const large = "x".repeat(200_000);
    await dav.request("PUT", "large", { body: large });
    await dav.request("PUT", "large", { body: "small" });
    expect(await textOf(dav, (await versionsOf(dav, "large"))[0]?.href ?? "")).toBe(large);
  });

  it("[TV13] COPY and MOVE give a version's content to a file, which becomes a version first", async () => {
    await using dav = await withVersions();
    const [first] = await versionsOf(dav, "d/f.html");
    const href = first?.href ?? "";
    expect(await bring(dav, href, "d/f.html", { method: "COPY", headers: { Overwrite: "F" } })).toBe(412);
    expect(await bring(dav, href, "d/f.html", { headers: { "If-Match": '"other"' } })).toBe(412);
    expect(await bring(dav, href, "none/f", { method: "COPY" })).toBe(409);
    expect(await bring(dav, href, "d", { method: "COPY" })).toBe(405);
    expect(await bring(dav, href, "d/f.html", { method: "COPY" })).toBe(204);
    expect([await textOf(dav, "d/f.html"), await sizes(dav)]).toEqual(["one", [3, 3, 6]]);
    expect(await bring(dav, href, "new", { method: "COPY" })).toBe(201);
    expect([await textOf(dav, "new"), await sizes(dav, "new")]).toEqual(["one", []]);
    const last = (await versionsOf(dav, "d/f.html")).at(-1)?.href ?? "";
    expect(await bring(dav, last, "d/f.html")).toBe(204);
    expect([await textOf(dav, "d/f.html"), await sizes(dav)]).toEqual(["three!", [3, 3, 3]]);
    expect(await bring(dav, last, "d/f.html")).toBe(404);
    const lock = await dav.request("LOCK", "new", {
      body: '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>',
    });
    expect(lock.status).toBe(200);
    expect(await bring(dav, href, "new")).toBe(423);
  });

  it("[TV14] versions follow their file, through the trash and back, and do not go with a copy", async () => {
    await using dav = await withVersions();
    const to = (path: string) => ({ headers: { Destination: `/dav/apps/test/${path}` } });
    await dav.request("COPY", "d", to("copied"));
    expect(await sizes(dav, "copied/f.html")).toEqual([]);
    await dav.request("MOVE", "d", to("moved"));
    expect(await sizes(dav, "moved/f.html")).toEqual([3, 3]);
    await dav.request("DELETE", "moved");
    const [entry] = await listKept(dav, "/dav/trash/test/");
    expect(await bring(dav, entry?.href ?? "", "back")).toBe(201);
    expect(await sizes(dav, "back/f.html")).toEqual([3, 3]);
  });

  it("[TV14] a program that saves by renaming keeps the history of the name", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "doc", { body: "1" });
    for (const body of ["22", "333", "4444"]) {
      await dav.request("PUT", "doc.tmp", { body });
      await dav.request("MOVE", "doc.tmp", { headers: { Destination: "/dav/apps/test/doc" } });
    }
    expect(await sizes(dav, "doc")).toEqual([1, 2, 3]);
  });

  it("[TV15] DELETE ends one version, or all of a file", async () => {
    await using dav = await withVersions();
    const [first] = await versionsOf(dav, "d/f.html");
    const status = async (path: string) => (await dav.request("DELETE", path)).status;
    expect(await status(first?.href ?? "")).toBe(204);
    expect(await status(first?.href ?? "")).toBe(404);
    expect(await status("/dav/versions/test/d")).toBe(405);
    expect(await sizes(dav)).toEqual([3]);
    expect(await status("/dav/versions/test/d/f.html")).toBe(204);
    expect([await sizes(dav), await textOf(dav, "d/f.html")]).toEqual([[], "three!"]);
  });
});
