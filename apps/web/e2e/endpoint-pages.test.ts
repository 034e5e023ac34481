import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  audienceOfUrl,
  generateKeyPair,
  issueInvocation,
  issueStored,
  signerFromKeyPair,
} from "@relite/core/ucan";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { launchBrowser } from "./browser.ts";
import { type Stack, startStack } from "./stack.ts";

/** `RELITE_PICTURES=<folder>` keeps a picture of every page, to be looked at. */
const pictures = process.env.RELITE_PICTURES;

let browser: Browser;
let stack: Stack;
let made: Made;
beforeAll(async () => {
  browser = await launchBrowser();
  stack = await startStack();
  made = await furnish(stack);
});
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await browser?.close();
});

interface Made {
  readonly password: string;
  readonly shares: { readonly folder: string; readonly file: string; readonly gone: string };
  /** A client asks for a password of its own; answers the address of the page. */
  beginLogin(): Promise<string>;
}

/** An owner with files, trash, versions, shares and an app password, all by HTTP. */
async function furnish({ davUrl, setupCode, dataDir }: Stack): Promise<Made> {
  const issuer = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const audience = audienceOfUrl(davUrl);
  const nowMs = Date.now();
  const ask = async (method: string, path: string, body?: unknown) => {
    const capabilities = [
      { with: "profile:", can: "profile/read" },
      { with: "access:", can: "access/write" },
      { with: "app:files", can: "app/write" },
    ];
    const token = await issueInvocation({ issuer, audience, capabilities, nowMs });
    const isFile = path.startsWith("/dav/");
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(isFile ? {} : { "Content-Type": "application/json" }),
    };
    const sent = isFile ? String(body ?? "") : JSON.stringify(body);
    return fetch(davUrl + path, { method, headers, ...(body === undefined ? {} : { body: sent }) });
  };
  const keep = async (kind: string, resource: string, can: string) => {
    const capabilities = [{ with: resource, can }];
    const expiresAtSec = Math.floor(nowMs / 1_000) + 30 * 86_400;
    const ucan = await issueStored({ issuer, audience, capabilities, expiresAtSec, nowMs });
    return (await ask("POST", `/relite/${kind}`, { ucan, label: "mine" })).json();
  };
  await ask("POST", "/relite/claim", { code: setupCode });
  await ask("MKCOL", "/dav/apps/files/trip");
  await ask("MKCOL", "/dav/apps/files/trip/empty");
  for (const text of ["first", "second"]) await ask("PUT", "/dav/apps/files/trip/plan.txt", text);
  await ask("PUT", "/dav/apps/files/trip/old.txt", "deleted");
  await ask("DELETE", "/dav/apps/files/trip/old.txt");
  await ask("PUT", "/dav/apps/files/trip/torn.bin", "x".repeat(100_000));
  const { password } = await keep("app-passwords", "app:files", "app/write");
  const link = async (resource: string) => davUrl + (await keep("shares", resource, "app/read")).link;
  const shares = {
    folder: await link("app:files/trip"),
    file: await link("app:files/trip/plan.txt"),
    gone: `${davUrl}/s/aaaaaaaa#${"a".repeat(32)}`,
  };
  const beginLogin = async () => {
    const headers = { "User-Agent": "Lina's laptop (Desktop Client - Linux)" };
    return (await (await fetch(`${davUrl}/index.php/login/v2`, { method: "POST", headers })).json()).login;
  };
  // A folder where a content was: the server's fault, and its page.
  const blobs = join(dataDir, "dav/blobs");
  for (const name of readdirSync(blobs, { recursive: true }).map(String)) {
    if (!/[0-9a-f]{60}$/.test(name)) continue;
    rmSync(join(blobs, name));
    mkdirSync(join(blobs, name));
  }
  return { password, shares, beginLogin };
}

const looks = [
  { colorScheme: "light", locale: "en-US", viewport: { width: 1280, height: 800 } },
  { colorScheme: "dark", locale: "zh-CN", viewport: { width: 390, height: 844 } },
  // Each colour, language and width is in one of the two above; the others are for the eye.
  ...(pictures === undefined
    ? []
    : [
        { colorScheme: "dark", locale: "en-US", viewport: { width: 1280, height: 800 } } as const,
        { colorScheme: "light", locale: "zh-CN", viewport: { width: 390, height: 844 } } as const,
      ]),
] as const;

/** What a page must be besides: as wide as the window, and without a fault of its policy. */
async function look(page: Page, name: string, { colorScheme, locale, viewport }: (typeof looks)[number]) {
  const problems = await violationsOf(page);
  const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  const lang = await page.evaluate(() => document.documentElement.lang);
  expect([name, problems, isTooWide, lang]).toEqual([name, [], false, locale === "zh-CN" ? "zh-CN" : "en"]);
  if (pictures === undefined) return;
  const path = join(pictures, `${name}-${colorScheme}-${locale}-${viewport.width}.png`);
  await page.screenshot({ path, fullPage: true });
}

async function inContext(options: (typeof looks)[number], work: (page: Page) => Promise<void>) {
  const context: BrowserContext = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
  });
  await work(page);
  await context.close();
  expect(faults).toEqual([]);
}

it.each(looks)(
  "[WAX2] the endpoint's pages for strangers: $colorScheme, $locale, $viewport.width wide",
  (options) =>
    inContext(options, async (page) => {
      const visit = async (name: string, path: string, status: number) => {
        const answer = await page.goto(path.startsWith("http") ? path : stack.davUrl + path);
        expect([name, answer?.status()]).toEqual([name, status]);
        await look(page, name, options);
      };
      await visit("front", "/", 200);
      await visit("sign-in", "/dav/apps/files/trip/", 401);
      await visit("not-found", "/nowhere", 404);
      await visit("bad-address", "/dav/apps/files/a%00b", 400);
      await visit("share-incomplete", made.shares.file.split("#")[0] ?? "", 200);
      await page.goto(made.shares.gone);
      await page.locator("#gone:not([hidden])").waitFor();
      await look(page, "share-gone", options);
      for (const name of ["folder", "file"] as const) {
        await page.goto(made.shares[name]);
        await page.locator("h1 bdi").waitFor();
        await look(page, `share-${name}`, options);
      }
    }),
);

it.each(looks)(
  "[WAX2] the endpoint's pages for who signed in: $colorScheme, $locale, $viewport.width wide",
  (options) =>
    inContext(options, async (page) => {
      await page.goto(`${stack.davUrl}/dav/apps/files/trip/`);
      await page.locator("input[name=password]").fill("a".repeat(40));
      await page.locator("main form button").click();
      await page.locator("#trouble").waitFor();
      await look(page, "wrong-password", options);
      await page.locator("input[name=password]").fill(made.password);
      await page.locator("main form button").click();
      await page.locator("a[href$='plan.txt']").first().waitFor();
      await look(page, "listing", options);
      for (const [name, path, status] of [
        ["empty-folder", "apps/files/trip/empty/", 200],
        ["trash", "trash/files/", 200],
        ["versions", "versions/files/trip/plan.txt", 200],
        ["missing-file", "apps/files/nothing", 404],
        ["other-app", "apps/other/", 401],
        ["server-fault", "apps/files/trip/torn.bin", 500],
      ] as const) {
        const answer = await page.goto(`${stack.davUrl}/dav/${path}`);
        expect([name, answer?.status()]).toEqual([name, status]);
        await look(page, name, options);
      }
    }),
);

it.each(looks)(
  "[WAX2] the page on which an app is let in: $colorScheme, $locale, $viewport.width wide",
  (options) =>
    inContext(options, async (page) => {
      const [granted, refused] = [await made.beginLogin(), await made.beginLogin()];
      await page.goto(granted);
      await look(page, "login-sign-in", options);
      await page.locator("input[name=password]").fill("a".repeat(40));
      await page.locator("main form button").click();
      await page.locator("#trouble").waitFor();
      await look(page, "login-wrong-password", options);
      await page.locator("input[name=password]").fill(made.password);
      await page.locator("main form button").click();
      await page.locator("input[type=checkbox]").waitFor();
      await look(page, "login-grant", options);
      await page.locator("button[value=grant]").press("Enter");
      await page.waitForLoadState();
      await look(page, "login-granted", options);
      await page.goto(granted);
      await look(page, "login-over", options);
      await page.goto(refused);
      await page.locator("button[value=refuse]").click();
      await page.waitForLoadState();
      await look(page, "login-refused", options);
    }),
);
