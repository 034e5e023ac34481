import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";

/*
 * What clients that run elsewhere send, in their order, as their users' bug reports show it:
 * Finder: sabre.io/dav/clients/finder, nextcloud/all-in-one#4582, opencloud-eu/opencloud#1492, pydio/pydio-core#581.
 * Windows: dgraziotin/docker-nginx-webdav-nononsense#8 and #12, mar10/wsgidav#112, danmunn/redmine_dmsf#598,
 * swisspol/GCDWebServer#319. Office: sabre-io/dav#955 and #980, mikedeboer/jsDAV#129, FubarDevelopment/WebDavServer#18.
 */

interface Step {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An array is sent in chunks. */
  readonly body?: string | readonly string[];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const at = "/dav/apps/test";
const lockBody =
  '<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  "<D:locktype><D:write/></D:locktype><D:owner><D:href>PC-1\\user</D:href></D:owner></D:lockinfo>";

describe("clients that cannot run here", () => {
  let dav: TestServer;
  let auth: string;
  beforeEach(async () => {
    dav = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "1G" } });
    const access = accessClient(dav);
    const { password } = await access.create({ ucan: await access.ucan(), label: "a client" });
    auth = `Basic ${Buffer.from(`user:${password}`).toString("base64")}`;
  });
  afterEach(() => dav[Symbol.asyncDispose]());

  /** Sends as the client would: nothing is added, and an array of bodies goes in chunks without a length. */
  function send(agent: string, { method, path, headers = {}, body }: Step, as = auth): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const all = { "User-Agent": agent, ...(as === "" ? {} : { Authorization: as }), ...headers };
      const req = request({ port: dav.server.port, method, path, headers: all }, async (res) =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: await text(res) }),
      );
      req.on("error", reject);
      if (typeof body === "string") req.setHeader("Content-Length", Buffer.byteLength(body)).end(body);
      else {
        for (const part of body ?? []) req.write(part);
        req.end();
      }
    });
  }

  const tokenOf = ({ text }: Answer) => /urn:uuid:[\w-]+/.exec(text)?.[0] ?? "";

  it("[CL1] Finder mounts, sees its room, and copies a file in with its fork beside it", async () => {
    const finder = (method: string, path: string, more: Omit<Step, "method" | "path"> = {}) =>
      send("WebDAVFS/3.0.0 (03008000) Darwin/23.4.0 (arm64)", { method, path, ...more });
    const find = (path: string, names: string, Depth = "0") =>
      finder("PROPFIND", path, {
        headers: { Depth, "Content-Type": "text/xml" },
        body: `<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:">\n<D:prop>\n${names}</D:prop>\n</D:propfind>`,
      });
    const facts = "<D:getlastmodified/><D:getcontentlength/><D:creationdate/><D:resourcetype/>";
    const unknown = await send("WebDAVFS/3.0.0", { method: "OPTIONS", path: `${at}/` }, "");
    expect([unknown.status, unknown.headers.dav]).toEqual([200, expect.stringMatching(/^1, 2\b/)]);
    expect((await find(`${at}/`, facts)).status).toBe(207);
    const room = await find(
      `${at}/`,
      "<D:quota-available-bytes/><D:quota-used-bytes/><D:quota/><D:quotaused/>",
    );
    expect(room.text).toMatch(/<D:quota-available-bytes>\d{9,}<\/D:quota-available-bytes>/);

    for (const name of ["bild.png", "._bild.png"]) {
      const path = `${at}/${name}`;
      expect((await find(path, facts)).status).toBe(404);
      expect((await finder("PUT", path, { body: "" })).status).toBe(201);
      const locked = await finder("LOCK", path, {
        headers: { Depth: "0", Timeout: "Second-600", "Content-Type": 'text/xml; charset="utf-8"' },
        body: lockBody,
      });
      expect(locked.status).toBe(200);
      const If = `(<${tokenOf(locked)}>)`;
      expect((await finder("GET", path)).text).toBe("");
      expect((await find(path, facts)).status).toBe(207);
      const headers = { If, "X-Expected-Entity-Length": "10", Accept: "*/*" };
      expect((await finder("PUT", path, { headers, body: ["12345", "67890"] })).status).toBe(204);
      expect((await finder("LOCK", path, { headers: { If, Timeout: "Second-600" }, body: "" })).status).toBe(
        200,
      );
      expect((await find(path, facts)).text).toContain("<D:getcontentlength>10</D:getcontentlength>");
      expect(
        (await finder("UNLOCK", path, { headers: { "Lock-Token": `<${tokenOf(locked)}>` } })).status,
      ).toBe(204);
    }
    expect((await find(`${at}/`, facts, "1")).text.match(/<D:response>/g)).toHaveLength(3);
    const Destination = `http://127.0.0.1:${dav.server.port}${at}/neu.png`;
    const headers = { Host: `127.0.0.1:${dav.server.port}`, Destination, Overwrite: "T" };
    expect((await finder("MOVE", `${at}/bild.png`, { headers })).status).toBe(201);
    expect((await finder("GET", `${at}/neu.png`)).text).toBe("1234567890");
  });

  it("[CL2] a file whose chunks a proxy dropped is refused, and what was there stays", async () => {
    await dav.request("PUT", "kept.png", { body: "whole" });
    const headers = { "X-Expected-Entity-Length": "4194304", "Transfer-Encoding": "chunked" };
    const cut = await send("WebDAVFS/3.0.0", {
      method: "PUT",
      path: `${at}/kept.png`,
      headers,
      body: ["only this"],
    });
    expect([cut.status, JSON.parse(cut.text).reason]).toEqual([400, "incomplete_body"]);
    expect(await (await dav.request("GET", "kept.png")).text()).toBe("whole");
  });

  it("[CL3] Windows asks its way down from the root, copies a file in, and keeps its time", async () => {
    const explorer = (method: string, path: string, more: Omit<Step, "method" | "path"> = {}) =>
      send("Microsoft-WebDAV-MiniRedir/10.0.22631", {
        method,
        path,
        ...more,
        headers: { "Cache-Control": "no-cache", Pragma: "no-cache", translate: "f", ...more.headers },
      });
    const bare = { headers: { Depth: "0", "Content-Length": "0" } };
    const greeted = await send("DavClnt", { method: "OPTIONS", path: "/", headers: { translate: "f" } }, "");
    expect(greeted.headers).toMatchObject({ "ms-author-via": "DAV", dav: expect.stringMatching(/^1, 2\b/) });
    const first = await send("DavClnt", { method: "PROPFIND", path: "/", ...bare }, "");
    expect([first.status, String(first.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringContaining("Basic"),
    ]);
    for (const path of ["/", "/dav", "/dav/apps", at]) {
      expect([path, (await explorer("PROPFIND", path, bare)).status]).toEqual([path, 207]);
    }
    const seen = await explorer("PROPFIND", "/dav/apps", { headers: { Depth: "1", "Content-Length": "0" } });
    expect([...seen.text.matchAll(/<D:href>([^<]*)/g)].map(([, href]) => href)).toEqual([
      "/dav/apps/",
      "/dav/apps/test/",
    ]);

    const path = `${at}/Bericht%202026.docx`;
    expect((await explorer("PROPFIND", path, bare)).status).toBe(404);
    expect((await explorer("PUT", path, { body: "" })).status).toBe(201);
    const locked = await explorer("LOCK", path, {
      headers: { Timeout: "Second-3600", "Content-Type": 'text/xml; charset="utf-8"' },
      body: lockBody,
    });
    expect([locked.status, locked.headers["lock-token"]]).toEqual([200, `<${tokenOf(locked)}>`]);
    const If = `(<${tokenOf(locked)}>)`;
    const times = (time: string) =>
      `<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>` +
      `<Z:Win32CreationTime>Tue, 05 May 2026 10:00:00 GMT</Z:Win32CreationTime><Z:Win32LastAccessTime>${time}</Z:Win32LastAccessTime>` +
      `<Z:Win32LastModifiedTime>${time}</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>` +
      "</D:prop></D:set></D:propertyupdate>";
    const set = { headers: { If, "Content-Type": 'text/xml; charset="utf-8"' } };
    const early = await explorer("PROPPATCH", path, { ...set, body: times("Mon, 04 May 2026 09:00:00 GMT") });
    expect([early.status, early.text]).toEqual([207, expect.not.stringMatching(/HTTP\/1\.1 [345]/)]);
    expect((await explorer("HEAD", path)).status).toBe(200);
    expect((await explorer("PUT", path, { headers: { If }, body: "the report" })).status).toBe(204);
    await explorer("PROPPATCH", path, { ...set, body: times("Tue, 05 May 2026 12:34:56 GMT") });
    const unlocked = { headers: { "Lock-Token": `<${tokenOf(locked)}>`, "Content-Length": "0" } };
    expect((await explorer("UNLOCK", path, unlocked)).status).toBe(204);
    const kept = await explorer("PROPFIND", path, bare);
    expect(kept.text).toContain("<D:getlastmodified>Tue, 05 May 2026 12:34:56 GMT</D:getlastmodified>");
    expect(kept.text).toMatch(/Win32FileAttributes[^>]*>00000020</);
    const Destination = `http://127.0.0.1:${dav.server.port}${at}/Fertig.docx`;
    const move = { headers: { Host: `127.0.0.1:${dav.server.port}`, Destination, Overwrite: "F" } };
    expect((await explorer("MOVE", path, move)).status).toBe(201);
  });

  it("[CL4] Word opens, keeps its lock, saves with the token in Lock-Token alone, and lets go", async () => {
    await dav.request("PUT", "brief.docx", { body: "draft" });
    const path = `${at}/brief.docx`;
    const word = (method: string, more: Omit<Step, "method" | "path"> = {}, as = auth) =>
      send("Microsoft Office Word 2014", { method, path, ...more }, as);
    const office = { "X-Office-Major-Version": "16", "X-IDCRL_ACCEPTED": "t", "X-FeatureVersion": "1" };
    expect((await word("OPTIONS", { headers: office }, "Bearer")).headers["ms-author-via"]).toBe("DAV");
    const asked = await word("HEAD", { headers: office }, "Bearer");
    expect([asked.status, String(asked.headers["www-authenticate"])]).toEqual([
      401,
      expect.stringContaining("Basic"),
    ]);
    expect((await word("HEAD", { headers: office })).status).toBe(200);
    const locked = await word("LOCK", { headers: { ...office, Timeout: "Second-3600" }, body: lockBody });
    expect(locked.status).toBe(200);
    const token = `<${tokenOf(locked)}>`;
    expect((await word("GET", { headers: office })).text).toBe("draft");
    expect(
      (await word("LOCK", { headers: { If: `(${token})`, Timeout: "Second-3600" }, body: "" })).status,
    ).toBe(200);
    expect((await word("PUT", { headers: office, body: "lost" })).status).toBe(423);
    expect((await word("PUT", { headers: { ...office, "Lock-Token": token }, body: "saved" })).status).toBe(
      204,
    );
    expect((await word("UNLOCK", { headers: { "Lock-Token": token } })).status).toBe(204);
    expect((await word("GET")).text).toBe("saved");
  });

  it("[CL5] the way down shows what the token names, to nobody else, and is not written", async () => {
    const token = await dav.token([
      { with: "app:notes/inbox", can: "app/read" },
      { with: "app:zettel", can: "app/write" },
    ]);
    const bearer = `Bearer ${token}`;
    const ask = (path: string, Depth: string, as = bearer) =>
      send("x", { method: "PROPFIND", path, headers: { Depth } }, as);
    const hrefs = async (path: string) =>
      [...(await ask(path, "1")).text.matchAll(/<D:href>([^<]*)/g)].map(([, href]) => href);
    expect(await hrefs("/")).toEqual(["/", "/dav/"]);
    expect(await hrefs("/dav/")).toEqual(["/dav/", "/dav/apps/"]);
    expect(await hrefs("/dav/apps")).toEqual(["/dav/apps/", "/dav/apps/notes/", "/dav/apps/zettel/"]);
    expect((await ask("/", "0", "")).status).toBe(401);
    expect((await ask("/", "0", "Bearer a.b.c")).status).toBe(401);
    expect((await ask("/etc", "0")).status).toBe(404);
    for (const [method, path] of [
      ["PUT", "/dav/x"],
      ["MKCOL", "/dav/apps/"],
      ["DELETE", "/dav/"],
      ["LOCK", "/dav/apps"],
    ]) {
      expect((await send("x", { method: String(method), path: String(path) }, bearer)).status).toBe(403);
    }
    const asked = await send(
      "x",
      {
        method: "PROPFIND",
        path: "/",
        headers: { Depth: "0" },
        body: '<propfind xmlns="DAV:"><prop><resourcetype/><getetag/><x xmlns="urn:y"/></prop></propfind>',
      },
      bearer,
    );
    expect(asked.text).toMatch(/<D:collection\/>.*200 OK.*<D:getetag\/>.*404 Not Found/s);
  });
});
