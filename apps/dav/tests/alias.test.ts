import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";

const files = "/remote.php/dav/files/test";
const uploads = "/remote.php/dav/uploads/test";
const lockBody =
  '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

const hrefsOf = async (answer: Response) =>
  Array.from((await answer.text()).matchAll(/<D:href>([^<]*)<\/D:href>/g), ([, href]) => href ?? "").filter(
    (href) => href.startsWith("/"),
  );

describe("the addresses of Nextcloud", () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer();
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it("[UP23] files are the same ones, and answers name them in the form they were asked in", async () => {
    await dav.request("MKCOL", `${files}/c`);
    expect((await dav.request("PUT", `${files}/c/a%20b`, { body: "x" })).status).toBe(201);
    expect(await (await dav.request("GET", "c/a%20b")).text()).toBe("x");
    expect(await hrefsOf(await dav.request("PROPFIND", `${files}/`))).toEqual([
      `${files}/`,
      `${files}/c/`,
      `${files}/c/a%20b`,
    ]);
    expect(
      await hrefsOf(await dav.request("PROPFIND", `/dav${files}/c`, { headers: { Depth: "1" } })),
    ).toEqual([`/dav${files}/c/`, `/dav${files}/c/a%20b`]);
    expect(await hrefsOf(await dav.request("PROPFIND", "", { headers: { Depth: "1" } }))).toEqual([
      "/dav/apps/test/",
      "/dav/apps/test/c/",
    ]);
    const sync =
      '<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>';
    expect(await hrefsOf(await dav.request("REPORT", `${files}/c/`, { body: sync }))).toEqual([
      `${files}/c/a%20b`,
    ]);
    const patch =
      '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="u:"/></D:prop></D:set></D:propertyupdate>';
    expect(await hrefsOf(await dav.request("PROPPATCH", `${files}/c/a%20b`, { body: patch }))).toEqual([
      `${files}/c/a%20b`,
    ]);
  });

  it("[UP23] Destination, If and locks mean the same in both forms", async () => {
    await dav.request("PUT", `${files}/from`, { body: "x" });
    const moved = await dav.request("MOVE", `${files}/from`, {
      headers: { Destination: `${dav.server.url}${files}/to` },
    });
    expect([moved.status, moved.headers.get("location")]).toEqual([201, `${files}/to`]);
    const locked = await dav.request("LOCK", `${files}/to`, { body: lockBody });
    const token = locked.headers.get("lock-token");
    expect(await locked.text()).toContain(`<D:lockroot><D:href>${files}/to</D:href>`);
    const refused = await dav.request("DELETE", `${files}/to`);
    expect([refused.status, await hrefsOf(refused)]).toEqual([423, [`${files}/to`]]);
    expect(await hrefsOf(await dav.request("DELETE", "to"))).toEqual(["/dav/apps/test/to"]);
    const ask =
      '<D:propfind xmlns:D="DAV:"><D:prop><D:lockdiscovery/><D:current-user-privilege-set/></D:prop></D:propfind>';
    const shown = await (await dav.request("PROPFIND", `${files}/to`, { body: ask })).text();
    expect(shown).toContain(`<D:lockroot><D:href>${files}/to</D:href>`);
    expect(shown).toContain("<D:privilege><D:write/></D:privilege>");
    // A tag in the other form names the same file.
    const headers = { If: `<${dav.server.url}/dav/apps/test/to> (${token})` };
    expect((await dav.request("PUT", `${files}/to`, { body: "y", headers })).status).toBe(204);
    const other = { If: `<${dav.server.url}${files}/to> (${token})` };
    expect((await dav.request("DELETE", "to", { headers: other })).status).toBe(204);
  });

  it("[UP23] a chunked upload from nothing but the server's address, as rclone and the desktop client send it", async () => {
    await dav.request("DELETE", `${uploads}/rclone-chunked-upload-1/`);
    expect((await dav.request("MKCOL", `${uploads}/rclone-chunked-upload-1/`)).status).toBe(201);
    const part = `${uploads}/rclone-chunked-upload-1/000000000000000-000000000000004`;
    expect((await dav.request("PUT", part, { body: "hello" })).status).toBe(201);
    expect(await hrefsOf(await dav.request("PROPFIND", `${uploads}/rclone-chunked-upload-1`))).toEqual([
      `${uploads}/rclone-chunked-upload-1/`,
      part,
    ]);
    const headers = { Destination: `${dav.server.url}${files}/chunked`, "X-OC-Mtime": "1700000000" };
    expect((await dav.request("MOVE", `${uploads}/rclone-chunked-upload-1/.file`, { headers })).status).toBe(
      201,
    );
    expect(await (await dav.request("GET", "chunked")).text()).toBe("hello");
    const tus = {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": "1",
      "Upload-Metadata": `filename ${btoa("t")}`,
    };
    const created = await dav.request("POST", `${uploads}/`, { headers: tus });
    expect(created.headers.get("location")?.startsWith(`${uploads}/`)).toBe(true);
  });

  it.each([
    ["PROPFIND", "/remote.php/dav/files/other/", 403],
    ["PROPFIND", "/remote.php/dav/files/", 403],
    ["PROPFIND", "/remote.php/dav/", 403],
    ["PROPFIND", "/remote.php/dav/trash/test/", 404],
    ["PROPFIND", "/remote.php/dav/apps/test/", 404],
    ["PROPFIND", "/remote.php", 404],
    ["PROPFIND", "/x/remote.php/dav/files/test/", 404],
    ["GET", "/remote.php/dav/files/test/../other/x", 400],
    ["GET", "/remote.php/dav/files/%2e%2e/apps/other/x", 400],
    ["GET", "/remote.php/dav/files/test%2fother/x", 400],
    ["GET", "/dav/apps/test/remote.php/dav/files/other/x", 404],
    ["PROPFIND", "/remote.php/dav/constructor/test/", 404],
  ])("[UP23] %s %s is %i", async (method, path, status) => {
    const head = [
      `${method} ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${dav.server.port}`,
      `Authorization: Bearer ${await dav.token()}`,
    ];
    expect((await sendRaw(dav.server.port, `${head.join("\r\n")}\r\n\r\n`)).status).toBe(status);
  });
});
