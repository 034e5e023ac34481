import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";

const files = "/remote.php/dav/files/test";

describe("what clients of Nextcloud and ownCloud ask for", () => {
  let dav: TestServer;
  let password: string;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "1000" } });
    password = await passwordFor([{ with: "app:test", can: "app/write" }]);
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  async function passwordFor(capabilities: readonly { with: string; can: string }[]): Promise<string> {
    const access = accessClient(dav);
    return (await access.create({ ucan: await access.ucan({ capabilities }), label: "sync" })).password;
  }
  const ask = (method: string, path: string, login: string | null, init: RequestInit = {}) =>
    fetch(`${dav.server.url}${path}`, {
      method,
      ...init,
      headers: { ...(login === null ? {} : { Authorization: `Basic ${btoa(login)}` }), ...init.headers },
    });
  const find = async (path: string, names: string, login: string) => {
    const body = `<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop>${names}</d:prop></d:propfind>`;
    return (await ask("PROPFIND", path, login, { body, headers: { Depth: "1" } })).text();
  };

  it("[NC4] status.php says what runs here to everybody", async () => {
    expect(await (await ask("GET", "/status.php", null)).json()).toMatchObject({
      installed: true,
      maintenance: false,
      productname: "Relite",
      version: "23.0.0.0",
    });
    expect((await ask("POST", "/status.php", null)).status).toBe(405);
  });

  it.each(["capabilities", "user"])("[NC4] %s takes the login", async (what) => {
    const path = `/ocs/v1.php/cloud/${what}?format=json`;
    expect((await ask("GET", path, null)).status).toBe(401);
    expect((await ask("GET", path, "test:wrong")).status).toBe(401);
    expect((await ask("GET", path, `test:${password}`)).status).toBe(200);
  });

  it("[NC4] capabilities name what is there: chunks and checksums, no shares", async () => {
    const first = await ask("GET", "/ocs/v1.php/cloud/capabilities?format=json", `test:${password}`);
    const { ocs } = await first.json();
    expect(ocs.meta).toEqual({ status: "ok", statuscode: 100, message: "OK" });
    expect(ocs.data.capabilities).toEqual({
      core: { pollinterval: 60 },
      dav: { chunking: "1.0" },
      files: { bigfilechunking: true },
      checksums: { supportedTypes: expect.arrayContaining(["SHA1"]), preferredUploadType: "SHA256" },
      files_sharing: { api_enabled: false, public: { enabled: false }, resharing: false },
    });
    const second = await ask("GET", "/ocs/v2.php/cloud/capabilities?format=json", `test:${password}`);
    expect((await second.json()).ocs.meta.statuscode).toBe(200);
    const xml = await ask("GET", "/ocs/v1.php/cloud/capabilities", `test:${password}`);
    expect(xml.headers.get("content-type")).toContain("application/xml");
    expect(await xml.text()).toMatch(
      /^<\?xml version="1.0"\?>\n<ocs><meta>.*<supportedTypes><element>SHA256<\/element>.*<api_enabled><\/api_enabled>/,
    );
  });

  it("[NC5] the user is the app whose files the password opens, with what is used and left", async () => {
    await dav.request("PUT", "used", { body: "x".repeat(250) });
    const answer = await ask("GET", "/ocs/v1.php/cloud/user?format=json", `anything:${password}`);
    expect((await answer.json()).ocs.data).toMatchObject({
      id: "test",
      quota: { free: 750, used: 250, total: 1000, relative: 25, quota: 1000 },
    });
    expect((await ask("PROPFIND", `${files}/`, `anything:${password}`)).status).toBe(207);
    // A token for several opens the one that is named as the user, or else the first.
    const both = await dav.token(["test", "notes"].map((id) => ({ with: `app:${id}`, can: "app/read" })));
    for (const [name, id] of Object.entries({ notes: "notes", other: "test" })) {
      const named = await ask("GET", "/ocs/v2.php/cloud/user?format=json", `${name}:${both}`);
      expect((await named.json()).ocs.data.id).toBe(id);
    }
    const none = await dav.token([{ with: "profile:", can: "profile/read" }]);
    expect((await ask("GET", "/ocs/v2.php/cloud/user?format=json", `notes:${none}`)).status).toBe(403);
  });

  it("[NC6] a file keeps its id through changes and moves, and answers to writes name it", async () => {
    const login = `test:${password}`;
    const put = await ask("PUT", `${files}/one`, login, {
      body: "1",
      headers: { "X-OC-Mtime": "1700000000" },
    });
    const id = put.headers.get("oc-fileid");
    expect([put.headers.get("oc-etag"), put.headers.get("x-oc-mtime")]).toEqual([
      put.headers.get("etag"),
      "accepted",
    ]);
    const again = await ask("PUT", `${files}/one`, login, { body: "2" });
    const headers = { Destination: `${dav.server.url}${files}/two` };
    const moved = await ask("MOVE", `${files}/one`, login, { headers });
    expect([again.headers.get("oc-fileid"), moved.headers.get("oc-fileid")]).toEqual([id, id]);
    const made = await ask("MKCOL", `${files}/folder`, login);
    expect(made.headers.get("oc-fileid")).toMatch(/^\d{8}relite$/);
    const seen = await find(`${files}/two`, "<oc:id/><oc:fileid/><oc:size/><oc:checksums/>", login);
    expect(seen).toContain(`>${id}<`);
    expect(seen).toMatch(/SHA256:[0-9a-f]{64}/);
    await ask("MKCOL", "/remote.php/dav/uploads/test/t", login);
    await ask("PUT", "/remote.php/dav/uploads/test/t/1", login, { body: "3" });
    const done = await ask("MOVE", "/remote.php/dav/uploads/test/t/.file", login, { headers });
    expect([done.status, done.headers.get("oc-fileid")]).toEqual([204, id]);
    // Nobody else asks for them.
    expect((await dav.request("PUT", "plain", { body: "x" })).headers.get("oc-fileid")).toBeNull();
  });

  it("[NC6] in a listing each has its own, and its own size", async () => {
    const login = `test:${password}`;
    await ask("MKCOL", `${files}/list`, login);
    for (const size of [1, 22, 333]) {
      const body = "x".repeat(size);
      await ask("PUT", `${files}/list/${size}`, login, { body });
    }
    const seen = await find(`${files}/list/`, "<oc:id/><oc:fileid/><oc:size/>", login);
    const values = (name: string) =>
      Array.from(seen.matchAll(new RegExp(`<X:${name} xmlns:X="[^"]*">([^<]*)<`, "g")), ([, value]) => value);
    expect([new Set(values("id")).size, new Set(values("fileid")).size]).toEqual([4, 4]);
    expect(values("size")).toEqual(["1", "22", "333"]);
  });

  it("[NC7] permissions are those of the login, and none of these names can be written", async () => {
    const reader = await passwordFor([{ with: "app:test", can: "app/read" }]);
    const seen = async (login: string) =>
      Array.from(
        (await find(`${files}/`, "<oc:permissions/>", login)).matchAll(/permissions xmlns:X="[^"]*">(\w*)</g),
        ([, letters]) => letters,
      );
    expect(new Set(await seen(`test:${password}`))).toEqual(new Set(["GDNVCK", "GDNVW"]));
    expect(new Set(await seen(`test:${reader}`))).toEqual(new Set(["G"]));
    const body =
      '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><permissions xmlns="http://owncloud.org/ns">W</permissions></d:prop></d:set></d:propertyupdate>';
    const patched = await ask("PROPPATCH", `${files}/used`, `test:${password}`, { body });
    expect(await patched.text()).toContain("403 Forbidden");
  });
});
