import { systemClock } from "@relite/core/clock";
import {
  audienceOfUrl,
  type Capability,
  generateKeyPair,
  issueInvocation,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { type Stack, startStack } from "./stack.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("[E2E5] a page's token is refused with the right code for another audience, app, path, action or time", async () => {
  await using stack = await startStack();
  const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  await claimEndpoint(stack, owner);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${stack.webUrl}/api/openapi.json`);

  const here = audienceOfUrl(stack.davUrl);
  const write = { with: "app:relite", can: "app/write" };
  const send = async (
    method: string,
    path: string,
    audience: string,
    capability: Capability,
    nowMs = systemClock.nowMs(),
  ) =>
    sendFromPage(
      page,
      method,
      `${stack.davUrl}/dav/apps/${path}`,
      await tokenOf(owner, audience, capability, nowMs),
    );

  expect(await send("PUT", "relite/a.txt", here, write)).toMatchObject({ status: 201 });
  expect(await send("PUT", "relite/a.txt", audienceOfUrl(stack.webUrl), write)).toMatchObject({
    status: 401,
    challenge: 'Bearer realm="webdav", error="invalid_token", error_description="wrong_audience"',
  });
  expect(await send("GET", "relite/a.txt", here, write, systemClock.nowMs() - 3_600_000)).toMatchObject({
    status: 401,
    challenge: 'Bearer realm="webdav", error="invalid_token", error_description="expired"',
  });
  expect(await send("GET", "other/a.txt", here, write)).toMatchObject({
    status: 403,
    reason: expect.stringContaining("app:other"),
  });
  expect(
    await send("GET", "relite/a.txt", here, { with: "app:relite/notes", can: "app/write" }),
  ).toMatchObject({ status: 403 });
  expect(await send("PUT", "relite/a.txt", here, { with: "app:relite", can: "app/read" })).toMatchObject({
    status: 403,
    reason: expect.stringContaining("app/write"),
  });
  expect(await send("GET", "relite/a.txt", here, write)).toMatchObject({ status: 200, body: "hello" });
  await context.close();
});

it("[E2E5] a page of another origin cannot reach the endpoint at all", async () => {
  await using stack = await startStack();
  await using other = await startStack();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${other.webUrl}/api/openapi.json`);
  const answer = page.evaluate(async (url) => (await fetch(url)).status, `${stack.davUrl}/relite/info`);
  await expect(answer).rejects.toThrow(/Failed to fetch/);
  await context.close();
});

async function sendFromPage(page: Page, method: string, url: string, token: string) {
  return page.evaluate(
    async (request) => {
      const answer = await fetch(request.url, {
        method: request.method,
        headers: { authorization: `Bearer ${request.token}` },
        ...(request.method === "PUT" ? { body: "hello" } : {}),
      });
      const body = await answer.text();
      return { status: answer.status, challenge: answer.headers.get("WWW-Authenticate"), body, reason: body };
    },
    { method, url, token },
  );
}

async function claimEndpoint(stack: Stack, owner: Signer): Promise<void> {
  const token = await tokenOf(owner, audienceOfUrl(stack.davUrl), { with: "profile:", can: "profile/read" });
  const answer = await fetch(`${stack.davUrl}/relite/claim`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ code: stack.setupCode }),
  });
  expect(answer.status).toBe(201);
}

function tokenOf(
  issuer: Signer,
  audience: string,
  capability: Capability,
  nowMs = systemClock.nowMs(),
): Promise<string> {
  return issueInvocation({ issuer, audience, capabilities: [capability], nowMs });
}
