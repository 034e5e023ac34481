import { systemClock } from "@relite/core/clock";
import {
  audienceOfUrl,
  type Capability,
  generateKeyPair,
  issueInvocation,
  issueStored,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { type Stack, startStack } from "./stack.ts";

let browser: Browser;
let stack: Stack;
let owner: Signer;
beforeAll(async () => {
  browser = await launchBrowser();
  stack = await startStack();
  owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  await send("POST", "/relite/claim", { with: "profile:", can: "profile/read" }, { code: stack.setupCode });
  const files = { with: "app:notes", can: "app/write" };
  await send("MKCOL", "/dav/apps/notes/trip", files);
  await send("PUT", "/dav/apps/notes/trip/plan.txt", files, "see you there");
  await send(
    "PUT",
    "/dav/apps/notes/trip/evil.html",
    files,
    "<title>x</title><script>document.title='acted'</script>",
  );
  await send("PUT", "/dav/apps/notes/trip/tone.wav", files, tone());
});
afterAll(async () => {
  await browser.close();
  await stack[Symbol.asyncDispose]();
});

it("[E2E8] a share link opens a folder without an account, and its secret is nowhere but in the link", async () => {
  const link = await share("app:notes/trip");
  const { page, requests, close } = await open({ locale: "en-US" });
  await page.goto(stack.davUrl + link);
  await page.getByRole("link", { name: "plan.txt", exact: true }).waitFor();
  const [path = "", secret = ""] = link.split("#");
  expect(page.url()).toBe(stack.davUrl + path);
  expect(requests.filter((line) => line.includes(secret))).toEqual([]);

  await page.getByRole("link", { name: "evil.html", exact: true }).click();
  await page.waitForURL(/evil\.html$/);
  expect(await page.title()).not.toBe("acted");
  await page.goBack();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download plan.txt" }).click();
  expect((await downloading).suggestedFilename()).toBe("plan.txt");

  await page.goto(`${stack.davUrl}${path}/tone.wav`);
  await expect.poll(() => lengthOfMedia(page)).toBe(1);
  await page.goto(`${stack.davUrl}/dav/apps/notes/trip/plan.txt`);
  await page.getByRole("heading", { name: "This is private" }).waitFor();
  await close();
});

it("[E2E8] a shared recording plays, and a link that is cut, wrong or taken back says so", async () => {
  const link = await share("app:notes/trip/tone.wav");
  const { page, close } = await open({
    locale: "zh-CN",
    colorScheme: "dark",
    viewport: { width: 390, height: 800 },
  });
  await page.goto(stack.davUrl + link);
  await page.getByRole("link", { name: "下载" }).waitFor();
  await expect.poll(() => lengthOfMedia(page)).toBe(1);
  const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(await isWide()).toBe(false);

  const other = await share("app:notes/trip");
  const [path = ""] = other.split("#");
  await page.goto(stack.davUrl + path);
  await page.getByRole("heading", { name: "链接不完整" }).waitFor();
  await page.goto("about:blank");
  await page.goto(`${stack.davUrl}${path}#${"a".repeat(32)}`);
  await page.getByRole("heading", { name: "此链接已失效" }).waitFor();
  const id = path.split("/").at(-1);
  await send("DELETE", `/relite/shares/${id}`, { with: "access:", can: "access/write" });
  await page.goto("about:blank");
  await page.goto(stack.davUrl + other);
  await page.getByRole("heading", { name: "此链接已失效" }).waitFor();
  await close();
});

it("[E2E8] an app password opens files in a browser, by a form without a script", async () => {
  const ucan = await stored({ with: "app:notes/trip", can: "app/read" });
  const access = { with: "access:", can: "access/write" };
  const { password } = await (await send("POST", "/relite/app-passwords", access, { ucan })).json();
  const { page, close } = await open({ locale: "en-US", javaScriptEnabled: false });
  await page.goto(`${stack.davUrl}/dav/apps/notes/trip/`);
  await page.getByLabel("App password").fill("not the password");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("This password does not open this address.").waitFor();
  await page.getByLabel("App password").fill(password);
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("link", { name: "plan.txt", exact: true }).click();
  await page.getByText("see you there").waitFor();
  await close();
});

async function open(options: BrowserContextOptions) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  return { page, requests, close: () => context.close() };
}

function lengthOfMedia(page: Page): Promise<number | undefined> {
  return page.evaluate(() => document.querySelector<HTMLMediaElement>("audio, video")?.duration);
}

async function share(resource: string): Promise<string> {
  const ucan = await stored({ with: resource, can: "app/read" });
  const answer = await send("POST", "/relite/shares", { with: "access:", can: "access/write" }, { ucan });
  return (await answer.json()).link;
}

function stored(capability: Capability): Promise<string> {
  const nowMs = systemClock.nowMs();
  const expiresAtSec = Math.floor(nowMs / 1_000) + 7 * 86_400;
  const audience = audienceOfUrl(stack.davUrl);
  return issueStored({ issuer: owner, audience, capabilities: [capability], expiresAtSec, nowMs });
}

async function send(
  method: string,
  path: string,
  capability: Capability,
  body?: string | Uint8Array<ArrayBuffer> | object,
): Promise<Response> {
  const audience = audienceOfUrl(stack.davUrl);
  const nowMs = systemClock.nowMs();
  const token = await issueInvocation({ issuer: owner, audience, capabilities: [capability], nowMs });
  const isBytes = typeof body === "string" || body instanceof Uint8Array;
  const answer = await fetch(stack.davUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(isBytes ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${path} ${answer.status}`).toBe(true);
  return answer;
}

/** A second of silence: RIFF, 8,000 samples of 16 bits. */
function tone(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 16_000);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + 16_000, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 16_000, true);
  return bytes;
}
