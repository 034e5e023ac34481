import { fakeClock } from "@relite/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { checkStorage } from "../src/storage/check-storage.ts";
import { startTestServer, type TestServer, type TestSetup } from "../src/testing/dav-fixture.ts";
import { browserClient } from "./browser-client.ts";

const desktop = "Lina's laptop (Desktop Client - Linux)";
const begun = z.strictObject({
  poll: z.strictObject({ token: z.string().regex(/^[\w-]{43}$/), endpoint: z.url() }),
  login: z.url(),
});
const given = z.strictObject({ server: z.url(), loginName: z.string(), appPassword: z.string() });

/** A client of Nextcloud, and the browser of the one who lets it in. */
async function startLogins(setup: TestSetup = {}) {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const audit = {
    write: (line: Readonly<Record<string, unknown>>) => void lines.push(line),
    close: async () => {},
  };
  const dav = await startTestServer({ ...setup, parts: { audit, ...setup.parts } });
  const browser = browserClient(dav);
  const post = (path: string, init: RequestInit = {}) =>
    fetch(dav.server.url + path, { method: "POST", ...init });
  const begin = async (agent = desktop) => {
    const headers = { "User-Agent": agent, "OCS-APIREQUEST": "true" };
    const { poll, login } = begun.parse(await (await post("/index.php/login/v2", { headers })).json());
    return { token: poll.token, endpoint: poll.endpoint, page: new URL(login).pathname };
  };
  const poll = (token: string) => post("/index.php/login/v2/poll", { body: new URLSearchParams({ token }) });
  const passwordOf = async (resource = "app:files", can = "app/write") =>
    browser.create({ ucan: await browser.ucan({ capabilities: [{ with: resource, can }] }), label: "mine" });
  const signIn = (page: string, password: string) => browser.submit(page, { step: "sign-in", password }, {});
  const stateOf = (text: string) => /name="state" value="([^"]*)"/.exec(text)?.[1] ?? "";
  /** Shows the password, reads the page and sends one of its two answers. */
  const decide = async (page: string, password: string, fields: Readonly<Record<string, string>>) => {
    const { cookie } = await signIn(page, password);
    const { text } = await browser.look(page, { Cookie: cookie });
    const answer = await browser.submit(page, { state: stateOf(text), ...fields }, { Cookie: cookie });
    return { ...answer, shown: text };
  };
  return { dav, browser, lines, post, begin, poll, passwordOf, signIn, stateOf, decide };
}

describe("sign-in of Nextcloud's clients by a browser", () => {
  let all: Awaited<ReturnType<typeof startLogins>>;
  let dav: TestServer;
  let mine: { readonly password: string; readonly id: string };
  beforeAll(async () => {
    all = await startLogins();
    dav = all.dav;
    mine = await all.passwordOf();
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;
  const list = async () =>
    z
      .object({ appPasswords: z.array(z.looseObject({ id: z.string(), label: z.string() })) })
      .parse(await (await all.browser.ask("GET", "/relite/app-passwords")).json()).appPasswords;
  const login = async (fields: Readonly<Record<string, string>> = {}) => {
    const { token, page } = await all.begin();
    const { status, shown } = await all.decide(page, mine.password, { step: "grant", ...fields });
    expect(status).toBe(200);
    return { shown, ...given.parse(await (await all.poll(token)).json()) };
  };

  it("[LF1] the desktop client finds its way: what it asks first, page, password, files", async () => {
    // In the order of its window: nobody is asked for a password before login flow is chosen.
    const status = await (await fetch(`${dav.server.url}/status.php`)).json();
    expect(Number(status.version.split(".")[0])).toBeGreaterThanOrEqual(16);
    expect((await fetch(`${dav.server.url}/`)).status).not.toBe(401);
    const probe = await fetch(`${dav.server.url}/remote.php/webdav/`, { method: "PROPFIND" });
    expect(probe.status).toBe(401);
    const { token, endpoint, page } = await all.begin();
    expect(endpoint).toBe(`${dav.server.url}/index.php/login/v2/poll`);
    expect((await all.poll(token)).status).toBe(404);
    const asked = await all.browser.look(`${page}?user=lina`);
    expect([asked.status, asked.text]).toEqual([200, expect.stringContaining("Lina&#39;s laptop")]);
    const { status: granted, shown } = await all.decide(page, mine.password, { step: "grant" });
    expect(shown).toContain("It can read, change and delete all files of “files”, and nothing else.");
    expect(granted).toBe(200);
    const { server, loginName, appPassword } = given.parse(await (await all.poll(token)).json());
    expect([server, loginName]).toEqual([dav.server.url, "files"]);
    const headers = { Authorization: basic(loginName, appPassword) };
    const user = await fetch(`${server}/ocs/v1.php/cloud/user?format=json`, { headers });
    expect((await user.json()).ocs.data.id).toBe("files");
    const files = `${server}/remote.php/dav/files/files`;
    expect((await fetch(`${files}/a.txt`, { method: "PUT", headers, body: "x" })).status).toBe(201);
    expect((await fetch(`${files}/`, { method: "PROPFIND", headers })).status).toBe(207);
    const elsewhere = `${server}/remote.php/dav/files/other/`;
    expect((await fetch(elsewhere, { method: "PROPFIND", headers })).status).toBe(403);
  });

  it("[LF1] the token comes as a form or as JSON, whatever it is called", async () => {
    for (const [body, type] of [
      ["token=%s", "application/x-www-form-urlencoded; charset=utf-8"],
      ['{"token":"%s"}', "application/json"],
      ['{"token":"%s"}', "text/plain"],
    ] as const) {
      const { token, page } = await all.begin();
      await all.decide(page, mine.password, { step: "grant" });
      const init = { headers: { "Content-Type": type }, body: body.replace("%s", token) };
      expect((await all.post("/index.php/login/v2/poll", init)).status).toBe(200);
    }
  });

  it("[LF2] the password is fetched once, of many at a time too", async () => {
    const { token, page } = await all.begin();
    await all.decide(page, mine.password, { step: "grant" });
    const polls = await Promise.all(Array.from({ length: 8 }, () => all.poll(token)));
    expect(polls.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(404)]);
    expect((await all.browser.look(page)).status).toBe(404);
  });

  it("[LF3] it is listed under the client's name, does what was given, and can be taken back alone", async () => {
    const before = (await list()).length;
    const { appPassword } = await login({ "read-only": "yes" });
    const made = (await list()).find(({ id }) => appPassword.startsWith(id));
    expect(made).toMatchObject({ label: desktop, app: "files", path: "", action: "read" });
    expect((await list()).length).toBe(before + 1);
    const put = () => all.browser.basic(appPassword, "PUT", "/dav/apps/files/b.txt", { body: "x" });
    const get = (password: string) => all.browser.basic(password, "PROPFIND", "/dav/apps/files/");
    expect([(await put()).status, (await get(appPassword)).status]).toEqual([403, 207]);
    const gone = await all.browser.ask("DELETE", `/relite/app-passwords/${made?.id}`);
    expect([gone.status, (await get(appPassword)).status, (await get(mine.password)).status]).toEqual([
      204, 401, 207,
    ]);
  });

  it("[LF3] a client that signs out ends its own password, and no other", async () => {
    const { appPassword } = await login();
    const out = async (password: string) =>
      (await all.browser.basic(password, "DELETE", "/ocs/v2.php/core/apppassword")).status;
    expect([await out(appPassword), await out(appPassword), await out(mine.password)]).toEqual([
      200, 401, 403,
    ]);
    expect((await all.browser.basic(mine.password, "PROPFIND", "/dav/apps/files/")).status).toBe(207);
  });

  it("[LF3] it ends with the password it was given with, through any number of steps", async () => {
    const root = await all.passwordOf("app:notes");
    const give = async (password: string) => {
      const { token, page } = await all.begin();
      await all.decide(page, password, { step: "grant" });
      return all.poll(token);
    };
    const one = given.parse(await (await give(root.password)).json()).appPassword;
    const two = given.parse(await (await give(one)).json()).appPassword;
    const waiting = await all.begin();
    await all.decide(waiting.page, two, { step: "grant" });
    const see = async (password: string) =>
      (await all.browser.basic(password, "PROPFIND", "/dav/apps/notes/")).status;
    expect([await see(one), await see(two)]).toEqual([207, 207]);
    await all.browser.ask("DELETE", `/relite/app-passwords/${root.id}`);
    expect([await see(one), await see(two)]).toEqual([401, 401]);
    // What was given and not fetched yet is not made any more.
    expect((await all.poll(waiting.token)).status).toBe(404);
  });

  it("[LF4] nothing is given without a signed-in page of this address", async () => {
    const { token, page } = await all.begin();
    const { cookie } = await all.signIn(page, mine.password);
    const state = all.stateOf((await all.browser.look(page, { Cookie: cookie })).text);
    const other = await all.begin();
    const grant = { step: "grant", state };
    const tries = [
      all.browser.submit(page, grant, {}),
      all.browser.submit(page, { step: "grant" }, { Cookie: cookie }),
      all.browser.submit(page, { step: "grant", state: "x" }, { Cookie: cookie }),
      all.browser.submit(other.page, grant, { Cookie: cookie }),
      all.browser.submit(page, grant, { Cookie: cookie, Origin: "https://evil.example" }),
      all.browser.submit(page, grant, { Cookie: cookie, "Sec-Fetch-Site": "cross-site" }),
      all.browser.submit(
        page,
        { step: "sign-in", password: mine.password },
        { Origin: "https://evil.example" },
      ),
    ];
    for (const tried of await Promise.all(tries)) expect(tried.status).toBe(403);
    for (const one of [token, other.token]) expect((await all.poll(one)).status).toBe(404);
    // The page cannot be framed, runs no script, and its cookie goes nowhere else.
    const shown = await all.browser.look(page, { Cookie: cookie });
    expect(shown.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(shown.headers.get("cache-control")).toContain("no-store");
    const { setCookie } = await all.signIn(page, mine.password);
    expect(setCookie).toMatch(/Path=\/index.php\/login\/v2\/flow; .*HttpOnly; SameSite=Strict/);
    expect((await all.browser.look("/dav/apps/files/", { Cookie: cookie })).status).toBe(401);
  });

  it("[LF4] wrong passwords and those of one folder keep the form, and say why", async () => {
    const { page } = await all.begin();
    const folder = await all.passwordOf("app:files/notes");
    const wrong = await all.signIn(page, "a".repeat(40));
    const narrow = await all.signIn(page, folder.password);
    expect([wrong.status, narrow.status]).toEqual([403, 403]);
    expect(wrong.text).toContain("This is no app password of this server");
    expect(narrow.text).toContain("opens one folder only");
    expect([wrong.setCookie, narrow.setCookie]).toEqual(["", ""]);
  });

  it("[LF4] refused, it is over for both", async () => {
    const { token, page } = await all.begin();
    const answer = await all.decide(page, mine.password, { step: "refuse" });
    expect(answer.text).toContain("The app got nothing");
    expect([(await all.poll(token)).status, (await all.browser.look(page)).status]).toEqual([404, 404]);
  });

  it("[LF5] addresses and tokens that are none are as those that are over", async () => {
    for (const text of ["x", "", "a".repeat(43), `${"a".repeat(43)}/b`, "%00", "../../../relite/claim"]) {
      const page = await all.browser.look(`/index.php/login/v2/flow/${text}`);
      expect([400, 404]).toContain(page.status);
      expect((await all.poll(text)).status).toBe(404);
    }
    for (const body of ["", "{", '{"token":1}', "[]", "token"]) {
      expect((await all.post("/index.php/login/v2/poll", { body })).status).toBe(404);
    }
    for (const method of ["GET", "PUT", "DELETE"]) {
      expect((await fetch(`${dav.server.url}/index.php/login/v2`, { method })).status).toBe(405);
    }
  });

  it("[LF5] what a client calls itself is shown as text, in one line", async () => {
    const { page } = await all.begin(`<img src=x>\u0085 ${"n".repeat(300)}`);
    const { text } = await all.browser.look(page);
    expect(text).not.toContain("<img");
    expect(text).toMatch(/<bdi>&lt;img src=x&gt; n{80,90}<\/bdi>/);
  });

  it("[LF6] the log has who gave what to whom, and neither secret, nor a line for each question", async () => {
    const { token, page } = await all.begin();
    const { cookie } = await all.signIn(page, mine.password);
    const { text } = await all.browser.look(page, { Cookie: cookie });
    await all.poll(token);
    await all.browser.submit(page, { step: "grant", state: all.stateOf(text) }, { Cookie: cookie });
    const { appPassword } = given.parse(await (await all.poll(token)).json());
    const said = JSON.stringify(all.lines);
    for (const secret of [
      token,
      page.split("/").at(-1),
      mine.password.slice(8),
      appPassword.slice(8),
      cookie,
    ])
      expect(said).not.toContain(secret);
    expect(said).not.toContain("login_pending");
    const grants = all.lines.filter(
      ({ path, credential }) => path === "/index.php/login/v2/flow" && credential,
    );
    expect(grants.at(-1)).toMatchObject({ via: "app-password", credential: mine.id, status: 200 });
    expect(all.lines.at(-1)).toMatchObject({
      path: "/index.php/login/v2/poll",
      subject: appPassword.slice(0, 8),
    });
    const stored = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
    const rows = JSON.stringify(stored.db.prepare("SELECT * FROM logins").all());
    for (const secret of [token, page.split("/").at(-1), appPassword.slice(8)])
      expect(rows).not.toContain(secret);
    expect((await checkStorage(stored)).problems).toEqual([]);
    stored.db.close();
  });

  it("[LF8] remote.php/webdav leads to the app's files, path and all", async () => {
    const path = "/remote.php/webdav/a%20b/c?x";
    const answer = await all.browser.basic(mine.password, "PROPFIND", path, { headers: { Depth: "0" } });
    // fetch follows a 308 with the method kept; there is nothing at that place.
    expect([answer.status, answer.url]).toEqual([
      404,
      `${dav.server.url}/remote.php/dav/files/files/a%20b/c`,
    ]);
  });
});

describe("limits of sign-ins by a browser", () => {
  it("[LF7] after 20 minutes it is over, and so is what was given and not fetched", async () => {
    const clock = fakeClock();
    await using stack = new AsyncDisposableStack();
    const { dav, begin, poll, browser, decide } = await startLogins({ parts: { clock } });
    stack.use(dav);
    const ucan = await browser.ucan({ nowMs: clock.nowMs() });
    const asking = { nowMs: clock.nowMs() };
    const { password } = await browser.create({ ucan, label: "mine" }, asking);
    const [asked, granted] = [await begin(), await begin()];
    await decide(granted.page, password, { step: "grant" });
    clock.advance(20 * 60_000 - 1);
    expect((await browser.look(asked.page)).status).toBe(200);
    clock.advance(1);
    const looked = await browser.look(asked.page, { "Accept-Language": "zh" });
    expect([looked.status, looked.text]).toEqual([404, expect.stringContaining("此次登录已结束")]);
    expect([(await poll(asked.token)).status, (await poll(granted.token)).status]).toEqual([404, 404]);
  });

  it("[LF7] one address begins 20 at once, and asks 200 times", async () => {
    await using stack = new AsyncDisposableStack();
    const { dav, post, poll } = await startLogins();
    stack.use(dav);
    const begins = await Promise.all(Array.from({ length: 25 }, () => post("/index.php/login/v2")));
    const refused = begins.filter(({ status }) => status === 429);
    expect([refused.length, refused[0]?.headers.get("retry-after")]).toEqual([
      5,
      expect.stringMatching(/^\d+$/),
    ]);
    const polls = await Promise.all(Array.from({ length: 260 }, () => poll("a".repeat(43))));
    const counts = polls.filter(({ status }) => status === 429).length;
    expect(counts).toBeGreaterThan(10);
  });

  it.each([
    ["without a proxy", {}, {}, /^http:\/\/127\.0\.0\.1:\d+\//],
    ["behind a trusted one", { DAV_TRUSTED_PROXIES: "127.0.0.1" }, {}, /^https:\/\/127\.0\.0\.1:\d+\//],
    [
      "with its own address set",
      { DAV_PUBLIC_URL: "https://files.example" },
      {},
      /^https:\/\/files\.example\//,
    ],
    [
      "whatever a stranger forwards",
      {},
      { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example" },
      /^http:\/\/127/,
    ],
  ] as const)("[LF9] addresses in the answer: %s", async (_, env, headers, expected) => {
    await using dav = await startTestServer({ env });
    const answer = await fetch(`${dav.server.url}/index.php/login/v2`, { method: "POST", headers });
    const { login, poll } = begun.parse(await answer.json());
    expect(login).toMatch(expected);
    expect(poll.endpoint).toMatch(expected);
  });
});
