import { fakeClock } from "@relite/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runOwners } from "../src/admin/index.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";
import { accessRead } from "./access-client.ts";
import { browserClient } from "./browser-client.ts";

const lines: Readonly<Record<string, unknown>>[] = [];
let dav: TestServer;
let browser: ReturnType<typeof browserClient>;

beforeAll(async () => {
  const audit = {
    write: (line: Readonly<Record<string, unknown>>) => void lines.push(line),
    close: async () => {},
  };
  dav = await startTestServer({ parts: { audit } });
  await dav.request("MKCOL", "looked");
  browser = browserClient(dav);
  for (const folder of ["shared", "shared/inner", "sharedtoo", "private"]) await dav.request("MKCOL", folder);
  await dav.request("PUT", "shared/a.txt", { body: "0123456789" });
  await dav.request("PUT", "shared/inner/b.txt", { body: "inner" });
  await dav.request("PUT", "shared/page.html", { body: "<script>1</script>" });
  await dav.request("PUT", "sharedtoo/c.txt", { body: "other" });
  await dav.request("PUT", "private/secret.txt", { body: "secret" });
});
afterAll(() => dav[Symbol.asyncDispose]());

async function opened(resource: string) {
  const share = await browser.share(resource);
  const { cookie } = await browser.openShare(share);
  return {
    ...share,
    cookie,
    see: (path: string, headers = {}, method = "GET") =>
      browser.look(path, { Cookie: cookie, ...headers }, method),
  };
}

describe("shares", () => {
  it("[SH14] are made of a UCAN to read one path, are listed without their secret, and taken back", async () => {
    const share = await browser.share("app:test/shared/a.txt", { label: "for Ben" });
    expect(share.status).toBe(201);
    expect(share.body).toMatchObject({ app: "test", path: "shared/a.txt", action: "read", label: "for Ben" });
    expect(share.body.link).toMatch(/^\/s\/[a-z2-7]{8}#[a-z2-7]{32}$/);
    const list = await (
      await browser.ask("GET", "/relite/shares", undefined, { capabilities: [accessRead] })
    ).text();
    expect(list).toContain(share.id);
    expect(list).not.toContain(share.secret);
    expect(JSON.parse(await (await browser.ask("GET", "/relite/app-passwords")).text()).appPasswords).toEqual(
      [],
    );
    expect((await browser.ask("DELETE", `/relite/shares/${share.id}`)).status).toBe(204);
    expect((await browser.ask("DELETE", `/relite/shares/${share.id}`)).status).toBe(404);
    expect((await browser.openShare(share)).status).toBe(401);
  });

  it("[SH14] nothing else is shared: to write, somebody else's, without the right", async () => {
    expect((await browser.share("app:test/shared", { can: "app/write" })).body.reason).toBe("read_only");
    const stranger = await newSigner();
    const foreign = await browser.ucan({ issuer: stranger });
    expect((await browser.ask("POST", "/relite/shares", { ucan: foreign })).status).toBe(422);
    const ucan = await browser.ucan({ capabilities: [{ with: "app:test/shared", can: "app/read" }] });
    const weak = { capabilities: [accessRead] };
    expect((await browser.ask("POST", "/relite/shares", { ucan }, weak)).status).toBe(403);
    expect((await browser.ask("GET", "/relite/shares", undefined, { signer: stranger })).status).toBe(401);
    for (const body of [{}, { ucan: 1 }, { ucan: "a.b.c" }, { ucan, label: "a\nb" }, { ucan, more: 1 }, []])
      expect([400, 422]).toContain((await browser.ask("POST", "/relite/shares", body)).status);
  });

  it("[BP5] who shares is told the apps there are, who may not is told nothing", async () => {
    const right = { capabilities: [accessRead] };
    const answer = await browser.ask("GET", "/relite/apps", undefined, right);
    expect([answer.status, await answer.json()]).toEqual([200, { apps: [{ id: "test" }] }]);
    const files = { capabilities: [{ with: "app:test", can: "app/write" }] } as const;
    expect((await browser.ask("GET", "/relite/apps", undefined, files)).status).toBe(403);
    const stranger = { signer: await newSigner() };
    expect((await browser.ask("GET", "/relite/apps", undefined, stranger)).status).toBe(401);
    expect((await browser.ask("POST", "/relite/apps", {})).status).toBe(405);
  });

  it("[SH15] the link's page is the same whatever the link, and its script comes from this server", async () => {
    const share = await browser.share("app:test/shared");
    const page = await browser.look(share.path);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(page.text).toContain('<script src="/relite/share.js" defer></script>');
    expect((await browser.look("/s/aaaaaaaa")).text).toBe(page.text);
  });

  it.each([
    ["note.md", "# Plan\n<script>alert(1)</script>", "# Plan\n&lt;script&gt;alert(1)&lt;/script&gt;</pre>"],
    [
      "page.html",
      "</pre><img src=x onerror=alert(1)>",
      "&lt;/pre&gt;&lt;img src=x onerror=alert(1)&gt;</pre>",
    ],
    ["三体.txt", "\n三体 & more", '<pre class="card text" tabindex="0">\n\n三体 &amp; more</pre>'],
    ["data.json", '{"a":1}', "{&quot;a&quot;:1}</pre>"],
    ["torn.txt", new Uint8Array([0x61, 0xff]), null],
    ["nul.txt", "a\0b", null],
    ["empty.txt", "", null],
    ["long.txt", "x".repeat(70_000), null],
    ["program.bin", new Uint8Array([0x61, 0x62]), null],
  ])("[SH20] a shared %s is shown as text, or not at all", async (name, body, shown) => {
    const encoded = encodeURIComponent(name);
    await dav.request("PUT", `looked/${encoded}`, { body });
    const share = await browser.share(`app:test/looked/${name}`);
    const { cookie } = await browser.openShare(share);
    const page = await browser.look(share.path, { Cookie: cookie });
    expect(page.status).toBe(200);
    if (shown === null) expect(page.text).not.toContain("<pre");
    else expect(page.text).toContain(shown);
  });

  it("[SH15] a folder is listed and its files are sent, with ranges and conditions", async () => {
    const share = await browser.share("app:test/shared");
    const traded = await browser.openShare(share);
    expect(traded.setCookie).toMatch(
      new RegExp(`^relite-share=[\\w.-]+; Path=/s/${share.id}; Max-Age=43200; HttpOnly; SameSite=Strict$`),
    );
    const Cookie = traded.cookie;
    const top = await browser.look(share.path, { Cookie });
    expect(top.text).toContain(`<a href="/s/${share.id}/a.txt">`);
    expect(top.text).not.toContain("Up one folder");
    const inner = await browser.look(`${share.path}/inner/`, { Cookie });
    expect(inner.text).toContain(`<a href="/s/${share.id}/">`);
    expect(inner.text).toContain(`/s/${share.id}/inner/b.txt`);
    const file = await browser.look(`${share.path}/a.txt`, { Cookie });
    expect([file.status, file.text]).toEqual([200, "0123456789"]);
    const part = await browser.look(`${share.path}/a.txt`, { Cookie, Range: "bytes=2-4" });
    expect([part.status, part.text, part.headers.get("content-range")]).toEqual([206, "234", "bytes 2-4/10"]);
    const head = await browser.look(`${share.path}/a.txt`, { Cookie }, "HEAD");
    expect([head.status, head.text, head.headers.get("content-length")]).toEqual([200, "", "10"]);
    const again = await browser.look(`${share.path}/a.txt`, {
      Cookie,
      "If-None-Match": file.headers.get("etag") ?? "",
    });
    expect(again.status).toBe(304);
    expect((await browser.look(`${share.path}/a.txt`, { Cookie, Range: "bytes=99-" })).status).toBe(416);
    const stored = await browser.look(`${share.path}/page.html`, { Cookie });
    expect(stored.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
  });

  it("[SH15] a file alone is shown with its download", async () => {
    const { path, see } = await opened("app:test/shared/a.txt");
    const page = await see(path);
    expect(page.text).toContain(`href="${path}/a.txt" download`);
    expect((await see(`${path}/a.txt`)).text).toBe("0123456789");
    expect((await see(`${path}/page.html`)).status).toBe(404);
    expect((await see(`${path}/a.txt/more`)).status).toBe(404);
  });

  it("[SH16] nothing but what is shared can be reached", async () => {
    const { path, see } = await opened("app:test/shared");
    const rows: readonly (readonly [string, number])[] = [
      [`${path}/nothing`, 404],
      [`${path}/%252e%252e/private/secret.txt`, 404],
      [`${path}/toc.txt`, 404],
      ["/dav/apps/test/shared/a.txt", 401],
      ["/dav/apps/test/private/secret.txt", 401],
      ["/relite/shares", 401],
    ];
    for (const [address, status] of rows)
      expect([address, (await see(address)).status]).toEqual([address, status]);
  });

  it("[SH16] no path escapes, however it is spelled", async () => {
    const { path, cookie } = await opened("app:test/shared");
    const escapes = [
      "..",
      "../private/secret.txt",
      "%2e%2e/private/secret.txt",
      ".%2e/private",
      "inner/../../private",
      "..%2fprivate",
      "%5c..%5cprivate",
      "./a.txt",
      "/a.txt",
      "a%00.txt",
      "%c3%28",
      "a%0d%0aX:1",
      "#x",
      "%",
    ];
    for (const below of escapes) {
      const raw = `GET ${path}/${below} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
      const { status, text } = await sendRaw(dav.server.port, raw);
      expect([below, status]).toEqual([below, 400]);
      expect(text).not.toContain("secret\n");
    }
    for (const id of ["", "A", "..", "%2e%2e", "aaaaaaaa%2f..", "AAAAAAAA", "a.b", "x".repeat(300)]) {
      const raw = `GET /s/${id} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`;
      expect([400, 404]).toContain((await sendRaw(dav.server.port, raw)).status);
    }
  });

  it("[SH16] only GET and HEAD go through a share", async () => {
    const { path, see } = await opened("app:test/shared");
    for (const method of [
      "PUT",
      "DELETE",
      "PATCH",
      "MKCOL",
      "COPY",
      "MOVE",
      "PROPFIND",
      "PROPPATCH",
      "LOCK",
      "UNLOCK",
      "REPORT",
      "POST",
    ]) {
      const answer = await see(`${path}/a.txt`, { Destination: `${dav.server.url}${path}/z.txt` }, method);
      expect([method, answer.status]).toEqual([method, 405]);
    }
    expect((await see(`${path}/a.txt`)).text).toBe("0123456789");
  });

  it("[SH16] a cookie opens its own share and nothing of another kind", async () => {
    const [one, other] = [await opened("app:test/shared"), await opened("app:test/sharedtoo")];
    expect((await browser.look(`${other.path}/c.txt`, { Cookie: one.cookie })).status).toBe(403);
    expect((await browser.look(other.path, { Cookie: one.cookie })).text).toContain('id="opening"');
    const asSession = one.cookie.replace("relite-share", "relite-session");
    expect((await browser.look("/dav/apps/test/shared/a.txt", { Cookie: asSession })).status).toBe(401);
    const { password } = await browser.create({ ucan: await browser.ucan() });
    const { cookie } = await browser.signIn(password, "/dav/apps/test/");
    const asShare = cookie.replace("relite-session", "relite-share");
    expect((await browser.look(`${one.path}/a.txt`, { Cookie: asShare })).status).toBe(403);
    const spoilt = one.cookie.replace(one.id, other.id);
    expect((await browser.look(`${other.path}/c.txt`, { Cookie: spoilt })).status).toBe(403);
  });

  it.each([
    [
      "a wrong secret",
      (secret: string) =>
        JSON.stringify({ secret: `${secret.slice(0, -1)}${secret.endsWith("a") ? "b" : "a"}` }),
      401,
    ],
    ["an empty secret", () => '{"secret":""}', 400],
    ["no JSON", () => "secret", 400],
    ["a list", () => "[]", 400],
    ["a number", () => '{"secret":1}', 400],
    ["a long secret", () => JSON.stringify({ secret: "a".repeat(201) }), 400],
    ["more than a secret", (secret: string) => JSON.stringify({ secret, id: "x" }), 400],
  ])("[SH15] %s opens nothing", async (_name, body, status) => {
    const share = await browser.share("app:test/shared");
    const answer = await fetch(dav.server.url + share.path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: body(share.secret),
    });
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([status, null]);
  });

  it("[SH17] a revoked share is closed from the next request on, with a page that says so", async () => {
    const { id, path, see } = await opened("app:test/shared");
    expect((await see(`${path}/a.txt`)).status).toBe(200);
    await browser.ask("DELETE", `/relite/shares/${id}`);
    const gone = await see(`${path}/a.txt`);
    expect(gone.status).toBe(403);
    expect(gone.text).toContain("This link does not work any more");
  });

  it("[SH17] a share ends when its time has come, in the middle", async () => {
    const clock = fakeClock(Date.now());
    await using timed = await startTestServer({ parts: { clock } });
    await timed.request("PUT", "f.txt", { body: "x" });
    const person = browserClient(timed);
    const share = await person.share("app:test/f.txt", { days: 1 });
    const { cookie } = await person.openShare(share);
    expect((await person.look(`${share.path}/f.txt`, { Cookie: cookie })).status).toBe(200);
    clock.set(clock.nowMs() + 12 * 3_600_000 + 1_000);
    expect((await person.look(`${share.path}/f.txt`, { Cookie: cookie })).status).toBe(403);
    const { cookie: later } = await person.openShare(share);
    expect((await person.look(`${share.path}/f.txt`, { Cookie: later })).status).toBe(200);
    clock.set(clock.nowMs() + 13 * 3_600_000);
    expect((await person.look(`${share.path}/f.txt`, { Cookie: later })).status).toBe(403);
    expect((await person.openShare(share)).status).toBe(401);
  });

  it("[SH17] a disabled owner's shares are closed, and open again with the owner", async () => {
    await using own = await startTestServer();
    await own.request("PUT", "f.txt", { body: "x" });
    const person = browserClient(own);
    const share = await person.share("app:test/f.txt");
    const { cookie } = await person.openShare(share);
    const io = { out() {}, err() {}, env: {} };
    await runOwners(["disable", own.owner.did, "--data", own.folder], io);
    expect((await person.look(`${share.path}/f.txt`, { Cookie: cookie })).status).toBe(403);
    expect((await person.openShare(share)).status).toBe(403);
    await runOwners(["enable", own.owner.did, "--data", own.folder], io);
    expect((await person.look(`${share.path}/f.txt`, { Cookie: cookie })).status).toBe(200);
  });

  it("[SH17] the share follows its path: what is moved away is not shown, what replaces it is", async () => {
    await dav.request("PUT", "moving.txt", { body: "one" });
    const { path, see } = await opened("app:test/moving.txt");
    await dav.request("MOVE", "moving.txt", {
      headers: { Destination: `${dav.server.url}/dav/apps/test/moved.txt` },
    });
    expect((await see(path)).status).toBe(404);
    await dav.request("PUT", "moving.txt", { body: "two" });
    expect((await see(`${path}/moving.txt`)).text).toBe("two");
  });

  it("[SH17] each look is in the audit log as a share's, and no line holds the secret", async () => {
    const { id, path, secret, see } = await opened("app:test/shared");
    await see(`${path}/a.txt`);
    await expect
      .poll(() => lines.find((line) => line.credential === id && line.path === "/apps/test/shared/a.txt"))
      .toMatchObject({
        via: "share",
        method: "GET",
        status: 200,
      });
    expect(JSON.stringify(lines)).not.toContain(secret);
  });
});
