import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { browserClient } from "./browser-client.ts";

let dav: TestServer;
let browser: ReturnType<typeof browserClient>;
let cookie = "";

beforeAll(async () => {
  dav = await startTestServer();
  browser = browserClient(dav);
  const { password } = await browser.create({ ucan: await browser.ucan() });
  ({ cookie } = await browser.signIn(password, `${at}/`));
  for (const folder of ["gone", "gone/inner", "notes"]) await dav.request("MKCOL", folder);
});
afterAll(() => dav[Symbol.asyncDispose]());

const at = "/dav/apps/test";
const trash = "/dav/trash/test/";

/** What a browser that signed in sees, and the forms of the page. */
async function open(path: string, headers: Readonly<Record<string, string>> = { Cookie: cookie }) {
  const page = await browser.look(path, headers);
  const forms = [...page.text.matchAll(/action="(\/dav\/[^"]+)"/g)].map(([, action = ""]) => action);
  return { ...page, forms };
}

const text = async (path: string) => (await dav.request("GET", path)).text();

describe("the trash in a browser", () => {
  it("[BP6] shows what was deleted, and a button brings it back to where it was", async () => {
    expect((await open(trash)).text).toContain("The trash is empty.");
    await dav.request("PUT", "notes/plan.txt", { body: "one" });
    await dav.request("DELETE", "notes/plan.txt");
    const folder = await open(`${at}/notes/`);
    expect(folder.text).toContain(`href="${trash}"`);
    const page = await open(trash);
    expect(page.text).toContain("<bdi>plan.txt</bdi>");
    expect(page.text).toContain("test/notes · Kept until");
    const [form = ""] = page.forms;
    expect((await browser.look(form, { Cookie: cookie })).text).toBe("one");
    const back = await browser.submit(form, {}, { Cookie: cookie });
    expect([back.status, back.location]).toEqual([303, `${at}/notes/`]);
    expect(await text("notes/plan.txt")).toBe("one");
    expect((await open(trash)).text).toContain("The trash is empty.");
    const again = await browser.submit(form, {}, { Cookie: cookie });
    expect([again.status, again.text.includes("Nothing here")]).toEqual([404, true]);
  });

  it("[BP6] what is there meanwhile stays, and folders that are gone are made again", async () => {
    await dav.request("PUT", "gone/inner/a.txt", { body: "old" });
    await dav.request("DELETE", "gone/inner/a.txt");
    await dav.request("DELETE", "gone");
    const [whole = "", file = ""] = (await open(trash)).forms;
    expect((await open(`${whole}/`)).text).toContain("<bdi>inner</bdi>");
    expect((await browser.submit(file, {}, { Cookie: cookie })).location).toBe(`${at}/gone/inner/`);
    expect(await text("gone/inner/a.txt")).toBe("old");
    expect((await browser.submit(whole, {}, { Cookie: cookie })).location).toBe(`${at}/`);
    expect(
      (await dav.request("PROPFIND", "gone%20(restored)/inner/", { headers: { Depth: "0" } })).status,
    ).toBe(207);
    expect(await text("gone/inner/a.txt")).toBe("old");
  });

  it("[BP6] a cookie acts by the form of this address's own page alone, and only as its password may", async () => {
    await dav.request("PUT", "notes/b.txt", { body: "b" });
    await dav.request("DELETE", "notes/b.txt");
    const [form = ""] = (await open(trash)).forms;
    const others: Readonly<Record<string, string>>[] = [
      { Origin: "https://elsewhere.example" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "same-site" },
      { "Content-Type": "text/plain" },
    ];
    for (const headers of others)
      expect((await browser.submit(form, {}, { Cookie: cookie, ...headers })).status).toBe(401);
    const acting = { Cookie: cookie, Origin: dav.server.url, Destination: `${at}/x` };
    for (const method of ["DELETE", "MOVE", "COPY", "PROPFIND"])
      expect((await browser.look(form, acting, method)).status).toBe(401);
    const part = await browser.submit(`${form}/x`, {}, { Cookie: cookie });
    expect(part.status).toBe(403);
    const ucan = await browser.ucan({ capabilities: [{ with: "app:test", can: "app/read" }] });
    const reader = await browser.signIn((await browser.create({ ucan })).password, `${at}/`);
    const seen = await open(trash, { Cookie: reader.cookie });
    expect([seen.text.includes("<bdi>b.txt</bdi>"), seen.forms]).toEqual([true, []]);
    expect((await browser.submit(form, {}, { Cookie: reader.cookie })).status).toBe(403);
    expect((await browser.look(trash)).status).toBe(401);
  });
});

describe("older versions in a browser", () => {
  it("[BP7] are listed, looked at, and one is brought back with a button; what was there is one, too", async () => {
    for (const body of ["one", "two", "three"]) await dav.request("PUT", "notes/v.txt", { body });
    const address = "/dav/versions/test/notes/v.txt";
    expect((await open(`${at}/notes/`)).text).toContain(
      `href="${address}" aria-label="Older versions of v.txt"`,
    );
    const [newest = "", oldest = ""] = (await open(address)).forms;
    expect((await browser.look(newest, { Cookie: cookie })).text).toBe("two");
    const back = await browser.submit(oldest, {}, { Cookie: cookie });
    expect([back.status, back.location]).toEqual([303, address]);
    expect(await text("notes/v.txt")).toBe("one");
    const [now = ""] = (await open(address)).forms;
    expect((await browser.look(now, { Cookie: cookie })).text).toBe("three");
    expect((await browser.submit(oldest, {}, { Cookie: cookie, Origin: "null" })).status).toBe(401);
    expect((await browser.submit(address, {}, { Cookie: cookie })).status).toBe(405);
    await dav.request("PUT", "notes/new.txt", { body: "x" });
    const none = await open("/dav/versions/test/notes/new.txt");
    expect(none.text).toContain("There is no older version of this file.");
  });
});
