import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { fixedAudience } from "./access-client.ts";
import { browserClient } from "./browser-client.ts";
import { fsck } from "./upload-client.ts";

const at = "/dav/apps/test";

describe("sign-out", () => {
  let dav: TestServer;
  let browser: ReturnType<typeof browserClient>;
  let password: string;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_AUDIENCES: fixedAudience } });
    browser = browserClient(dav, fixedAudience);
    await browser.ask("PUT", `${at}/f.txt`, "hello", {
      capabilities: [{ with: "app:test", can: "app/write" }],
    });
    ({ password } = await browser.create({ ucan: await browser.ucan() }));
  });
  afterAll(() => dav[Symbol.asyncDispose]());
  const status = async (cookie: string) => (await browser.look(`${at}/f.txt`, { Cookie: cookie })).status;

  it("[SO1] ends this session for good, wherever its cookie was copied to, and no other", async () => {
    const [here, there] = [
      await browser.signIn(password, `${at}/`),
      await browser.signIn(password, `${at}/`),
    ];
    expect(here.cookie).not.toBe(there.cookie);
    expect(here.setEndCookie).toMatch(
      /^relite-end-test=[\w.-]+; Path=\/relite\/session\/end; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    expect([await status(here.cookie), await status(there.cookie)]).toEqual([200, 200]);
    const out = await browser.signOut(here.endCookie, `${at}/`);
    expect([out.status, out.location]).toEqual([303, `${at}/`]);
    expect(out.setCookies).toEqual([
      "relite-session=; Path=/dav/apps/test; Max-Age=0; HttpOnly; SameSite=Strict",
      "relite-session=; Path=/dav/trash/test; Max-Age=0; HttpOnly; SameSite=Strict",
      "relite-session=; Path=/dav/versions/test; Max-Age=0; HttpOnly; SameSite=Strict",
      "relite-end-test=; Path=/relite/session/end; Max-Age=0; HttpOnly; SameSite=Strict",
    ]);
    expect([await status(here.cookie), await status(there.cookie)]).toEqual([401, 200]);
    expect((await browser.look(`${at}/`, { Cookie: here.cookie })).text).toContain(
      'action="/relite/session"',
    );
    // Again, and with what is over: as the first time.
    expect((await browser.signOut(here.endCookie, `${at}/`)).status).toBe(303);
    await dav.restart();
    expect([await status(here.cookie), await status(there.cookie)]).toEqual([401, 200]);
    expect(await fsck(dav)).toEqual([]);
  });

  it("[SO1] the password opens another session, and its end ends them all", async () => {
    const made = await browser.create({ ucan: await browser.ucan() });
    const sessions = [
      await browser.signIn(made.password, `${at}/`),
      await browser.signIn(made.password, `${at}/`),
    ];
    for (const { cookie } of sessions) expect(await status(cookie)).toBe(200);
    await browser.ask("DELETE", `/relite/app-passwords/${made.id}`);
    for (const { cookie } of sessions) expect(await status(cookie)).toBe(401);
  });

  it("[SO2] what reads cannot end, and what ends cannot read", async () => {
    const { cookie, endCookie } = await browser.signIn(password, `${at}/`);
    const value = (pair: string) => pair.slice(pair.indexOf("=") + 1);
    expect(await status(`relite-session=${value(endCookie)}`)).toBe(401);
    await browser.signOut(`relite-end-test=${value(cookie)}`, `${at}/`);
    expect(await status(cookie)).toBe(200);
    await browser.signOut(endCookie, "/dav/apps/other/");
    expect(await status(cookie)).toBe(200);
  });

  it.each([
    ["https://elsewhere.example/", {}, 400],
    ["", {}, 400],
    ["/dav/apps/test/../../x", {}, 400],
    [`${at}/`, { Origin: "https://elsewhere.example" }, 403],
    [`${at}/`, { Origin: "null" }, 403],
    [`${at}/`, { "Sec-Fetch-Site": "cross-site" }, 403],
    [`${at}/`, { "Sec-Fetch-Site": "same-site" }, 403],
    [`${at}/`, { "Content-Type": "text/plain" }, 415],
  ])("[SO2] %j with %j is %i and ends nothing", async (next, headers, expected) => {
    const { cookie, endCookie } = await browser.signIn(password, `${at}/`);
    const out = await browser.signOut(endCookie, next, headers);
    expect([out.status, out.setCookies]).toEqual([expected, []]);
    expect(await status(cookie)).toBe(200);
  });

  it.each(["", "x", "relite-end-test=", `relite-end-test=${"a".repeat(6_000)}`, "relite-end-test=%00"])(
    "[SO2] the cookie %j ends nothing, and the form is answered as ever",
    async (cookie) => {
      expect((await browser.signOut(cookie, `${at}/`)).status).toBe(303);
      expect((await fetch(`${dav.server.url}/relite/session/end`)).status).toBe(405);
    },
  );
});
