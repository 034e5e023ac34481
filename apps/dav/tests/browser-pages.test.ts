import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { sendRaw } from "../src/testing/raw-request.ts";
import { browserClient } from "./browser-client.ts";

let dav: TestServer;
let browser: ReturnType<typeof browserClient>;
let authorization: Readonly<Record<string, string>>;

beforeAll(async () => {
  dav = await startTestServer();
  browser = browserClient(dav);
  authorization = { Authorization: `Bearer ${await dav.token()}` };
  await dav.request("MKCOL", "folder");
  await dav.request("MKCOL", "folder/empty");
  await dav.request("PUT", "folder/small.txt", { body: "hello" });
  await dav.request("PUT", "folder/large.bin", { body: "x".repeat(1_234_567) });
  await dav.request("PUT", "folder/page.html", { body: "<script>alert(1)</script>" });
  await dav.request("PUT", `folder/${encodeURIComponent('<img src=x onerror="alert(1)">&\'.txt')}`, {
    body: "a",
  });
});
afterAll(() => dav[Symbol.asyncDispose]());

const at = "/dav/apps/test";
/** More than two pages of the database. */
const count = 850;

describe("a collection in a browser", () => {
  it("[SH9] is a page with names, sizes, times and the way up", async () => {
    const page = await browser.look(`${at}/folder/`, authorization);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.text).toContain(`<a href="${at}/folder/small.txt">`);
    expect(page.text).toContain(`<a href="${at}/folder/empty/">`);
    expect(page.text).toContain("5 B");
    expect(page.text).toContain("1.2 MB");
    expect(page.text).toMatch(/<time datetime="\d{4}-\d\d-\d\dT/);
    expect(page.text).toContain(`<a href="${at}/"><svg`);
    expect(page.text).toContain("1 folder · 4 files · 1.2 MB");
    expect((await browser.look(`${at}/folder`, authorization)).text).toBe(page.text);
    expect((await browser.look(`${at}/`, authorization)).text).not.toContain("Up one folder");
    expect((await browser.look(`${at}/folder/empty/`, authorization)).text).toContain(
      "This folder is empty.",
    );
  });

  it("[SH9] is in English or Chinese, as the browser asks", async () => {
    const lang = async (header: string) => {
      const page = await browser.look(`${at}/`, { ...authorization, "Accept-Language": header });
      return [page.headers.get("content-language"), /<html lang="([^"]*)"/.exec(page.text)?.[1]];
    };
    const [en, zh] = ["en", "zh-CN"];
    expect(await lang("zh-CN,zh;q=0.9,en;q=0.8")).toEqual([zh, zh]);
    expect(await lang("en-US,zh;q=0.9")).toEqual([en, en]);
    expect(await lang("fr,zh-TW;q=0.3,en;q=0.2")).toEqual([zh, zh]);
    expect(await lang("fr")).toEqual([en, en]);
    expect(await lang("zh;q=0, en;q=x")).toEqual([en, en]);
    expect(await lang(`${"zh;".repeat(3_000)}`)).toEqual([en, en]);
  });

  it("[SH9] HEAD has the same headers, and other clients get what they got", async () => {
    const head = await browser.look(`${at}/folder/`, authorization, "HEAD");
    expect([head.status, head.text, head.headers.get("content-type")]).toEqual([
      200,
      "",
      "text/html; charset=utf-8",
    ]);
    const answer = await dav.request("GET", "folder/", { headers: { Accept: "*/*" } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([405, "application/problem+json"]);
    const fetched = await browser.look(`${at}/folder/`, { ...authorization, "Sec-Fetch-Dest": "empty" });
    expect(fetched.status).toBe(405);
    for (const method of ["POST", "PROPFIND"]) {
      const other = await browser.look(`${at}/folder/`, { ...authorization, Depth: "0" }, method);
      expect(other.headers.get("content-type")).not.toContain("text/html");
    }
  });

  it("[SH9] many members are streamed, each once", async () => {
    await dav.request("MKCOL", "many");
    for (let start = 0; start < count; start += 50) {
      const batch = Array.from({ length: 50 }, (_, index) => `many/n${start + index}.txt`);
      await Promise.all(batch.map((name) => dav.request("PUT", name, { body: "x" })));
    }
    const page = await browser.look(`${at}/many/`, authorization);
    const names = [...page.text.matchAll(/<bdi>(n\d+\.txt)<\/bdi>/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(count);
    expect(names).toHaveLength(count);
    expect(page.text).toContain(`${count} files`);
  });

  it("[BP1] a folder of no great size is in the order of a dictionary, folders first", async () => {
    await dav.request("MKCOL", "order");
    for (const name of ["b", "Z"]) await dav.request("MKCOL", `order/${name}`);
    for (const name of ["n10", "N9", "a", "\u00e4", "Z1"])
      await dav.request("PUT", `order/${encodeURIComponent(name)}`, { body: "x" });
    const page = await browser.look(`${at}/order/`, authorization);
    const names = [...page.text.matchAll(/<a href[^>]*><svg[^>]*><use[^>]*><\/svg><bdi>([^<]*)</g)];
    expect(names.map(([, name]) => name)).toEqual(["b", "Z", "a", "\u00e4", "N9", "n10", "Z1"]);
    expect(page.text).toContain("2 folders · 5 files · 5 B");
  });

  it("[SH10] escapes every name and lets nothing act", async () => {
    const page = await browser.look(`${at}/folder/`, authorization);
    expect(page.text).not.toContain("<img");
    expect(page.text).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;.txt");
    expect(page.text).toContain(
      `href="${at}/folder/%3Cimg%20src%3Dx%20onerror%3D%22alert(1)%22%3E%26&#39;.txt"`,
    );
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("script-src");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("cache-control")).toBe("private, no-store");
    const stored = await browser.look(`${at}/folder/page.html`, authorization);
    expect(stored.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(stored.headers.get("x-content-type-options")).toBe("nosniff");
    for (const path of ["/relite/page.css", "/relite/share.js"]) {
      const asset = await browser.look(path);
      expect([asset.status, asset.headers.get("x-content-type-options")]).toEqual([200, "nosniff"]);
    }
  });
});

describe("getting in with a browser", () => {
  it("[SH11] an unauthenticated navigation gets a page that says how, and no password dialogue", async () => {
    const page = await browser.look(`${at}/folder/`);
    expect(page.status).toBe(401);
    expect(page.headers.get("www-authenticate")).toBe('Bearer realm="webdav", error_description="missing"');
    expect(page.text).toContain('<form method="post" action="/relite/session">');
    expect(page.text).toContain(`value="${at}/folder/"`);
    const plain = await sendRaw(dav.server.port, `GET ${at}/folder/ HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(plain.text).toContain("Basic realm");
  });

  it.each([
    [`${at}/nothing`, 404, "Nothing here"],
    ["/dav/apps/other/", 403, "Not allowed"],
    ["/nowhere", 404, "Nothing here"],
    [`${at}/%zz`, 400, "This did not work"],
    [`${at}/%3Cscript%3E`, 404, "Nothing here"],
  ])("[SH11] %s is %i as a page", async (path, status, title) => {
    const page = await browser.look(path, authorization);
    expect([page.status, page.headers.get("content-type")]).toEqual([status, "text/html; charset=utf-8"]);
    expect(page.text).toContain(`<h1>${title}</h1>`);
    expect(page.text).not.toContain("<script");
  });

  it("[SH12] an app password opens pages and files by a cookie for reading, for its app alone", async () => {
    const { password } = await browser.create({ ucan: await browser.ucan() });
    const { status, location, setCookie, cookie } = await browser.signIn(password, `${at}/folder/`);
    expect([status, location]).toEqual([303, `${at}/folder/`]);
    expect(setCookie).toMatch(
      /^relite-session=[\w.-]+; Path=\/dav\/apps\/test; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    expect(setCookie).not.toContain(password.slice(8));
    const secure = await browser.signIn(password, `${at}/folder/`, {
      Origin: dav.server.url.replace("http:", "https:"),
    });
    expect(secure.setCookie).toMatch(/; Secure$/);
    expect((await browser.look(`${at}/folder/`, { Cookie: `other=1; ${cookie}` })).status).toBe(200);
    expect((await browser.look(`${at}/folder/small.txt`, { Cookie: cookie })).text).toBe("hello");
    expect((await browser.look(`${at}/folder/small.txt`, { Cookie: cookie }, "HEAD")).status).toBe(200);
    for (const method of [
      "PUT",
      "DELETE",
      "MKCOL",
      "PROPFIND",
      "PROPPATCH",
      "LOCK",
      "MOVE",
      "COPY",
      "REPORT",
      "PATCH",
      "POST",
    ]) {
      const headers = { Cookie: cookie, Destination: `${at}/gone` };
      expect((await browser.look(`${at}/folder/small.txt`, headers, method)).status).toBe(401);
    }
    expect((await browser.look("/dav/apps/other/", { Cookie: cookie })).status).toBe(403);
    for (const path of ["/relite/app-passwords", "/relite/shares", "/relite/invitations"])
      expect((await browser.look(path, { Cookie: cookie })).status).toBe(401);
  });

  it("[SH12] the cookie ends with its password", async () => {
    const made = await browser.create({ ucan: await browser.ucan() });
    const { cookie } = await browser.signIn(made.password, `${at}/`);
    expect((await browser.look(`${at}/`, { Cookie: cookie })).status).toBe(200);
    await browser.ask("DELETE", `/relite/app-passwords/${made.id}`);
    expect((await browser.look(`${at}/`, { Cookie: cookie })).status).toBe(401);
  });

  it("[SH12] a narrow password opens its folder alone", async () => {
    const ucan = await browser.ucan({ capabilities: [{ with: "app:test/folder", can: "app/read" }] });
    const { password } = await browser.create({ ucan });
    expect(await browser.signIn(password, `${at}/`)).toMatchObject({ status: 403, setCookie: "" });
    const { cookie } = await browser.signIn(password, `${at}/folder/`);
    const page = await browser.look(`${at}/folder/`, { Cookie: cookie });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain("Up one folder");
    const above = await browser.look(`${at}/`, { Cookie: cookie });
    expect([above.status, above.text.includes("Another one may.")]).toEqual([403, true]);
    expect(above.text).toContain(`name="next" value="${at}/"`);
  });

  it.each(["/", "/dav", "/dav/", "/dav/apps/"])("[BP2] %s leads to what a password opens", async (path) => {
    const front = await browser.look(path);
    expect(front.status).toBe(200);
    expect(front.text).toContain("<h1>Files on this server</h1>");
    expect(front.text).toContain('name="next" value=""');
    const ucan = await browser.ucan({ capabilities: [{ with: "app:test/folder", can: "app/read" }] });
    const { password } = await browser.create({ ucan });
    const { status, location, setCookie } = await browser.signIn(password, "");
    expect([status, location]).toEqual([303, `${at}/folder`]);
    expect(setCookie).toContain("Path=/dav/apps/test;");
    expect((await browser.signIn("a".repeat(40), "")).status).toBe(403);
  });

  it("[BP3] a page of an error leads to what the one who asks may open", async () => {
    const missing = await browser.look(`${at}/nothing`, authorization);
    expect(missing.text).toContain(`<a class="button plain" href="${at}">Open test</a>`);
    const share = await browser.share("app:test/folder");
    const { cookie } = await browser.openShare(share);
    const inner = await browser.look(`${share.path}/nothing`, { Cookie: cookie });
    expect([inner.status, inner.text.includes(`href="${share.path}">Open folder</a>`)]).toEqual([404, true]);
    expect((await browser.look("/nowhere")).text).not.toContain('class="button');
  });

  it("[BP4] who signed in can sign out, by a form of this address only", async () => {
    const { password } = await browser.create({ ucan: await browser.ucan() });
    const { cookie } = await browser.signIn(password, `${at}/`);
    const page = await browser.look(`${at}/folder/`, { Cookie: cookie });
    expect(page.text).toContain('action="/relite/session/end"');
    expect(page.text).toContain(`name="next" value="${at}/folder/"`);
    expect((await browser.look(`${at}/folder/`, authorization)).text).not.toContain("/relite/session/end");
    const out = await browser.signOut(cookie, `${at}/folder/`);
    expect([out.status, out.location]).toEqual([303, `${at}/folder/`]);
    expect(out.setCookie).toBe("relite-session=; Path=/dav/apps/test; Max-Age=0; HttpOnly; SameSite=Strict");
    for (const next of ["", "/", "/relite/info", "//elsewhere.example/"])
      expect((await browser.signOut(cookie, next)).status).toBe(400);
    const foreign = await browser.signOut(cookie, `${at}/`, { Origin: "https://elsewhere.example" });
    expect([foreign.status, foreign.setCookie]).toEqual([403, ""]);
  });

  it.each([
    "",
    "x",
    "aaaaaaaa.9999999999.",
    `aaaaaaaa.9999999999.${"A".repeat(43)}`,
    "a".repeat(8_000),
    "%00",
    "../../x",
    '"><script>',
  ])("[SH12] the cookie %j opens nothing", async (value) => {
    expect((await browser.look(`${at}/folder/`, { Cookie: `relite-session=${value}` })).status).toBe(401);
  });

  it("[SH12] a cookie that was changed opens nothing", async () => {
    const { password } = await browser.create({ ucan: await browser.ucan() });
    const { cookie } = await browser.signIn(password, `${at}/`);
    const [id = "", end = "", mac = ""] = cookie.replace("relite-session=", "").split(".");
    const others = [
      `${id}.${Number(end) + 1}.${mac}`,
      `${id}.${end}.${mac.slice(0, -1)}`,
      `${id}.${end}.${mac.startsWith("A") ? "B" : "A"}${mac.slice(1)}`,
      `${id}.0.${mac}`,
      `aaaaaaaa.${end}.${mac}`,
    ];
    for (const value of others)
      expect((await browser.look(`${at}/`, { Cookie: `relite-session=${value}` })).status).toBe(401);
  });

  it.each([
    "https://elsewhere.example/",
    "//elsewhere.example/dav/apps/test/",
    "/\\elsewhere.example",
    "/",
    "/dav/",
    "/dav/apps/",
    "/dav/apps/UPPER/",
    "/relite/info",
    "/dav/apps/test/../../x",
    "/dav/apps/test/%2e%2e/x",
    "/dav/apps/test/a%0d%0aSet-Cookie:x=1",
    "javascript:alert(1)",
  ])("[SH13] the form leads to no %j", async (next) => {
    const { password } = await browser.create({ ucan: await browser.ucan() });
    const answer = await browser.signIn(password, next);
    expect([answer.status, answer.location, answer.setCookie]).toEqual([400, null, ""]);
  });

  it("[SH13] the form is taken from a page of this address only, and a wrong password shows it again", async () => {
    const { password } = await browser.create({ ucan: await browser.ucan() });
    const others: Readonly<Record<string, string>>[] = [
      { Origin: "https://elsewhere.example" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { "Sec-Fetch-Site": "none" },
    ];
    for (const headers of others) {
      const answer = await browser.signIn(password, `${at}/`, headers);
      expect([answer.status, answer.setCookie]).toEqual([403, ""]);
    }
    const wrong = await browser.signIn("a".repeat(40), `${at}/folder/`);
    expect([wrong.status, wrong.setCookie]).toEqual([403, ""]);
    expect(wrong.text).toContain(
      "This password does not open this address. Check that you copied all of it.",
    );
    const { port } = dav.server;
    const without = `POST /relite/session HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
    expect((await sendRaw(port, without)).status).toBe(403);
  });

  it("[SH13] guesses in the form are limited like any others", async () => {
    await using other = await startTestServer();
    const stranger = browserClient(other);
    const statuses = new Set<number>();
    for (let index = 0; index < 40; index += 1)
      statuses.add((await stranger.signIn("b".repeat(40), `${at}/`)).status);
    expect([...statuses]).toEqual([403, 429]);
    const { status, text } = await stranger.signIn("b".repeat(40), `${at}/`);
    expect([status, text.includes("Too many wrong passwords.")]).toEqual([429, true]);
    expect(text).toContain('<form method="post" action="/relite/session">');
  });
});
