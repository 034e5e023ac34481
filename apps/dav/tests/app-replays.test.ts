import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";

/*
 * What apps send that keep their things on a WebDAV server, in their order, as their sources and bug reports show it:
 * Joplin: laurent22/joplin packages/lib/WebDavApi.js and file-api-driver-webdav.js, issues #624, #2002. KOReader:
 * koreader/koreader frontend/apps/cloudstorage/webdavapi.lua. Zotero: zotero/zotero xpcom/storage/webdav.js. Floccus:
 * floccusaddon/floccus src/lib/adapters/WebDav.ts. KeePass and its kin: keeweb/keeweb#604, PhilippC/keepass2android#1238
 * and #3078. Obsidian's remotely-save: remotely-save/remotely-save#81 and #344. Cyberduck: iterate-ch/cyberduck#14383.
 */

interface Step {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

describe("apps that cannot run here", () => {
  let dav: TestServer;
  let login: string;
  beforeEach(async () => {
    dav = await startTestServer();
    const access = accessClient(dav);
    const { password } = await access.create({ ucan: await access.ucan(), label: "an app" });
    login = `Basic ${btoa(`me:${password}`)}`;
  });
  afterEach(() => dav[Symbol.asyncDispose]());

  const url = (path: string) => `${dav.server.url}/dav/apps/test/${path}`;
  const ask = (method: string, path: string, { headers = {}, body }: Step = {}, as = login) =>
    fetch(url(path), {
      method,
      headers: { ...(as === "" ? {} : { Authorization: as }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const statusOf = async (...step: Parameters<typeof ask>) => (await ask(...step)).status;

  it("[CL8] Joplin: an If-None-Match that is none with every request but GET", async () => {
    let requests = 0;
    const joplin = (method: string, path: string, step: Step = {}) => {
      requests += 1;
      const mark = method === "GET" ? {} : { "If-None-Match": `JoplinIgnore-${requests}` };
      const type = { PROPFIND: "text/xml", PUT: "text/plain" }[method];
      const headers = { "User-Agent": "Joplin/1.0", "Cache-Control": "no-store", ...mark, ...step.headers };
      return ask(method, path, { ...step, headers: { ...headers, ...(type && { "Content-Type": type }) } });
    };
    const body = `<?xml version="1.0" encoding="UTF-8"?>
      <d:propfind xmlns:d="DAV:">
        <d:prop xmlns:oc="http://owncloud.org/ns">
          <d:getlastmodified/><d:resourcetype/>
        </d:prop>
      </d:propfind>`;
    const find = (path: string, Depth: string) => joplin("PROPFIND", path, { headers: { Depth }, body });
    expect((await find("", "0")).status).toBe(207);
    expect((await joplin("GET", "info.json")).status).toBe(404);
    for (const folder of [".resource/", ".sync/", "locks/", "temp/"]) {
      expect((await joplin("MKCOL", folder)).status).toBe(201);
      expect((await joplin("MKCOL", folder)).status).toBe(405);
    }
    for (const text of ["{}", '{"version":3}'])
      expect([201, 204]).toContain((await joplin("PUT", "info.json", { body: text })).status);
    expect((await joplin("PUT", "locks/1_2_ab.json", { body: '{"type":1}' })).status).toBe(201);
    const locks = await (await find("locks/", "1")).text();
    expect(locks).toMatch(/<D:href>\/dav\/apps\/test\/locks\/1_2_ab\.json<.*<D:getlastmodified>[^<]+GMT</s);
    const note = "0123456789abcdef0123456789abcdef.md";
    expect((await joplin("PUT", note, { body: "a note" })).status).toBe(201);
    expect((await find(note, "0")).status).toBe(207);
    expect((await find("missing.md", "0")).status).toBe(404);
    const Destination = url("temp/moved.md");
    expect((await joplin("MOVE", note, { headers: { Destination, Overwrite: "T" } })).status).toBe(201);
    expect(await (await joplin("GET", "temp/moved.md")).text()).toBe("a note");
    expect((await joplin("DELETE", "locks/1_2_ab.json")).status).toBe(204);
    expect((await joplin("DELETE", "locks/1_2_ab.json")).status).toBe(404);
  });

  it("[CL9] KOReader reads a listing by patterns, not as XML", async () => {
    await dav.request("MKCOL", "Bücher & mehr");
    await dav.request("PUT", "Bücher & mehr/a [1] 100%25.epub", { body: "book" });
    const list = async (path: string) => {
      const body =
        '<?xml version="1.0"?><a:propfind xmlns:a="DAV:"><a:prop><a:resourcetype/></a:prop></a:propfind>';
      const headers = { "Content-Type": "application/xml", Depth: "1" };
      const text = await (await ask("PROPFIND", path, { headers, body })).text();
      return Array.from(text.matchAll(/<[^:]*:response[^>]*>(.*?)<\/[^:]*:response>/gs), ([, item = ""]) => ({
        name: decodeURIComponent(/<[^:]*:href[^>]*>(.*)<\/[^:]*:href>/.exec(item)?.[1] ?? "").replaceAll(
          "&amp;",
          "&",
        ),
        isFolder: /<[^:]*:collection\/>/.test(item),
        isFile: /<[^:]*:resourcetype\/>|<[^:]*:resourcetype><\/[^:]*:resourcetype>/.test(item),
      }));
    };
    const folder = { name: "/dav/apps/test/Bücher & mehr/", isFolder: true, isFile: false };
    expect(await list("")).toEqual([{ name: "/dav/apps/test/", isFolder: true, isFile: false }, folder]);
    expect(await list(encodeURIComponent("Bücher & mehr"))).toEqual([
      folder,
      { name: "/dav/apps/test/Bücher & mehr/a [1] 100%.epub", isFolder: false, isFile: true },
    ]);
    expect(await (await ask("GET", "B%C3%BCcher%20%26%20mehr/a%20%5B1%5D%20100%25.epub")).text()).toBe(
      "book",
    );
  });

  it("[CL10] Zotero makes its folder, tries it out, and keeps a file and what it knows of it", async () => {
    const body = "<propfind xmlns='DAV:'><prop><getcontentlength/></prop></propfind>";
    const find = (path: string) =>
      statusOf("PROPFIND", path, {
        headers: { Depth: "0", "Content-Type": "text/xml; charset=utf-8" },
        body,
      });
    expect((await ask("OPTIONS", "zotero/", {}, "")).headers.get("dav")).toMatch(/^1, 2/);
    expect([await find("zotero/"), await find("")]).toEqual([404, 207]);
    expect(await statusOf("MKCOL", "zotero/")).toBe(201);
    expect(await find("zotero/")).toBe(207);
    expect(await statusOf("GET", "zotero/nonexistent.prop")).toBe(404);
    expect(await statusOf("PUT", "zotero/zotero-test-file.prop", { body: " " })).toBe(201);
    expect(await (await ask("GET", "zotero/zotero-test-file.prop")).text()).toBe(" ");
    expect(await statusOf("DELETE", "zotero/zotero-test-file.prop")).toBe(204);
    const facts = '<properties version="1"><mtime>1700000000000</mtime><hash>0</hash></properties>';
    const zip = { headers: { "Content-Type": "application/zip" }, body: "PK" };
    expect(await statusOf("PUT", "zotero/ABCD1234.zip", zip)).toBe(201);
    const prop = { headers: { "Content-Type": "text/xml" }, body: facts };
    expect([
      await statusOf("PUT", "zotero/ABCD1234.prop", prop),
      await statusOf("PUT", "zotero/ABCD1234.prop", prop),
    ]).toEqual([201, 204]);
    expect(await (await ask("GET", "zotero/ABCD1234.prop")).text()).toBe(facts);
    for (const status of [204, 404]) expect(await statusOf("DELETE", "zotero/ABCD1234.zip")).toBe(status);
  });

  it("[CL11] Floccus takes its lock file, which tells its age, and gives it back", async () => {
    const lock = {
      headers: { "Content-Type": "text/html" },
      body: "<html><body>I am a lock file</body></html>",
    };
    expect(await statusOf("GET", "bookmarks.xbel.lock")).toBe(404);
    expect(await statusOf("PUT", "bookmarks.xbel.lock", lock)).toBe(201);
    expect(await statusOf("GET", "bookmarks.xbel")).toBe(404);
    expect(await statusOf("PUT", "bookmarks.xbel.lock", lock)).toBe(204);
    const held = await ask("GET", "bookmarks.xbel.lock");
    expect(Date.now() - Date.parse(held.headers.get("last-modified") ?? "")).toBeLessThan(60_000);
    const xbel =
      '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xbel PUBLIC "x" "y">\n<xbel version="1.0">\n</xbel>';
    expect(
      await statusOf("PUT", "bookmarks.xbel", { headers: { "Content-Type": "application/xml" }, body: xbel }),
    ).toBe(201);
    expect(await (await ask("GET", "bookmarks.xbel")).text()).toBe(xbel);
    expect(await statusOf("DELETE", "bookmarks.xbel.lock")).toBe(204);
  });

  it("[CL12] KeePass, KeeWeb and Keepass2Android save beside the database and put it in its place", async () => {
    await dav.request("PUT", "db.kdbx", { body: "old" });
    // Without a login first: what came is not kept, and the answer asks for one.
    expect(await statusOf("PUT", "db.kdbx", { body: "stranger" }, "")).toBe(401);
    const Destination = url("db.kdbx");
    const saves: readonly (readonly (readonly [string, string, Step, number])[])[] = [
      [
        ["HEAD", "db.kdbx", {}, 200],
        ["PUT", ".db.kdbx.1492515939820", { body: "keeweb" }, 201],
        ["HEAD", "db.kdbx", {}, 200],
        ["MOVE", ".db.kdbx.1492515939820", { headers: { Destination, Overwrite: "T" } }, 204],
      ],
      [
        ["PUT", "db.kdbx.tmp", { body: "keepass" }, 201],
        ["DELETE", "db.kdbx", {}, 204],
        ["MOVE", "db.kdbx.tmp", { headers: { Destination } }, 201],
      ],
      [
        ["PUT", "db.kdbx.tmp", { body: "android" }, 201],
        ["PROPFIND", "db.kdbx", { headers: { Depth: "0" } }, 207],
        ["MOVE", "db.kdbx.tmp", { headers: { Destination, Overwrite: "T" } }, 204],
      ],
    ];
    for (const steps of saves) {
      for (const [method, path, step, status] of steps)
        expect([method, path, await statusOf(method, path, step)]).toEqual([method, path, status]);
      const saved = steps.find(([method]) => method === "PUT")?.[2].body;
      expect(await (await ask("GET", "db.kdbx")).text()).toBe(saved);
    }
  });

  it("[CL13] remotely-save and Cyberduck: a folder that is there is 405, one that is missing 409", async () => {
    expect(await statusOf("MKCOL", ".obsidian/")).toBe(201);
    expect(await statusOf("MKCOL", ".obsidian/")).toBe(405);
    expect(await statusOf("PUT", "new/note.md", { body: "x" })).toBe(409);
    expect(await statusOf("PUT", ".obsidian/app.json", { body: "{}" })).toBe(201);
    const whole = await (await ask("PROPFIND", "", { headers: { Depth: "infinity" } })).text();
    expect(whole).toContain("<D:href>/dav/apps/test/.obsidian/app.json</D:href>");
  });
});
