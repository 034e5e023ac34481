import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { chatSteps } from "./chat-steps.ts";
import { startModelServer } from "./model-server.ts";
import { claimAsOwner, restoreIdentity } from "./person.ts";
import { startStack } from "./stack.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("[E2E3] two browsers exchange messages, renames and deletions through the endpoint", async () => {
  await using stack = await startStack();
  await using anna = await claimAsOwner(browser, stack);
  await using tablet = await restoreIdentity(browser, stack, anna.words);
  const [here, there] = [chatSteps(anna.page), chatSteps(tablet.page)];
  await here.open();
  await there.open();

  await here.start("Bread needs time");
  await here.sync();
  await there.sync();
  await there.row("Bread needs time").click();
  await there.messages.getByText("Bread needs time").waitFor();
  await there.write("And salt");
  await there.rename("Bread needs time", "Baking");
  await there.sync();
  await here.sync();
  await here.row("Baking").click();
  await here.messages.getByText("And salt").waitFor();

  await here.remove("Baking");
  await here.sync();
  await there.sync();
  await there.row("Baking").waitFor({ state: "detached" });
  await here.sync();
  expect(await here.row("Baking").count()).toBe(0);
  expect([...anna.faults, ...tablet.faults]).toEqual([]);
});

it("[E2E3] changes made while both were offline meet: the deleted stays deleted, the edited survives", async () => {
  await using stack = await startStack();
  await using anna = await claimAsOwner(browser, stack);
  await using tablet = await restoreIdentity(browser, stack, anna.words);
  const [here, there] = [chatSteps(anna.page), chatSteps(tablet.page)];
  await here.open();
  await there.open();
  await here.start("Going away");
  await here.start("Argued about");
  await here.sync();
  await there.sync();
  await there.row("Argued about").waitFor();

  await anna.context.setOffline(true);
  await tablet.context.setOffline(true);
  await here.remove("Going away");
  await here.remove("Argued about");
  await there.row("Argued about").click();
  await there.write("Not seen by the one who deletes");
  await there.start("Written offline");
  await anna.context.setOffline(false);
  await tablet.context.setOffline(false);
  await there.sync();
  await here.sync();
  await there.sync();

  for (const steps of [here, there]) {
    await steps.row("Written offline").waitFor();
    await steps.row("Argued about").waitFor();
    await steps.row("Going away").waitFor({ state: "detached" });
  }
  await here.row("Argued about").click();
  await here.messages.getByText("Not seen by the one who deletes").waitFor();
});

it("[E2E4] an answer that is still being written is not synced before it ends", async () => {
  await using stack = await startStack();
  await using model = await startModelServer();
  await using anna = await claimAsOwner(browser, stack);
  await using tablet = await restoreIdentity(browser, stack, anna.words);
  const [here, there] = [chatSteps(anna.page), chatSteps(tablet.page)];
  await setUpProvider(anna.page, model);
  await here.open();
  await there.open();
  const uploads = countUploads(anna.page, stack.davUrl);
  await here.start("What is salt?");
  const answer = await model.nextAnswer();
  answer.say("Salt is ");
  await here.messages.getByText("Salt is").waitFor();
  await anna.page.getByRole("button", { name: /^Sync: / }).click();
  await anna.page.getByRole("button", { name: "Sync: Waiting for the answer to finish" }).waitFor();
  await there.sync();
  expect(await there.row("What is salt").count()).toBe(0);
  expect(uploads()).toBe(0);

  answer.say("a mineral.");
  answer.finish();
  await here.messages.getByText("Salt is a mineral.").waitFor();
  await here.sync();
  expect(uploads()).toBeGreaterThan(0);
  await there.sync();
  await there.row("What is salt").click();
  await there.messages.getByText("Salt is a mineral.").waitFor();
  expect(await anna.page.content()).not.toContain(model.apiKey);
});

it("[E2E6] direct mode talks to the endpoint, proxy mode only to the page's own server", async () => {
  await using stack = await startStack();
  await using anna = await claimAsOwner(browser, stack);
  const steps = chatSteps(anna.page);
  const urls = recordRequests(anna.page);
  await steps.open();
  await steps.start("Straight there");
  await steps.sync();
  expect(urls().some((url) => url.startsWith(`${stack.davUrl}/dav/apps/`))).toBe(true);
  expect(urls().filter((url) => url.startsWith(`${stack.webUrl}/api/webdav/apps/`))).toEqual([]);

  await anna.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  await anna.page.getByText("Through this server", { exact: true }).click();
  await anna.page
    .getByRole("region", { name: "Storage endpoint" })
    .getByRole("button", { name: "Save" })
    .click();
  await steps.open();
  await steps.sync();
  const before = urls().length;
  await steps.start("Round the corner");
  await steps.sync();
  const after = urls().slice(before);
  expect(after.some((url) => url.startsWith(`${stack.webUrl}/api/webdav/apps/`))).toBe(true);
  expect(after.filter((url) => url.startsWith(stack.davUrl))).toEqual([]);
  expect(anna.faults).toEqual([]);
});

async function setUpProvider(
  page: Page,
  model: { readonly baseUrl: string; readonly apiKey: string },
): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Base URL").fill(model.baseUrl);
  await page.getByLabel("Model").fill("test-model");
  await page.getByLabel("API key").fill(model.apiKey);
  await page.getByRole("region", { name: "Chat provider" }).getByRole("button", { name: "Save" }).click();
  await page.getByText("One is stored.").waitFor();
}

function countUploads(page: Page, davUrl: string): () => number {
  let count = 0;
  page.on("request", (request) => {
    if (request.method() === "PUT" && request.url().startsWith(davUrl)) count += 1;
  });
  return () => count;
}

function recordRequests(page: Page): () => readonly string[] {
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  return () => urls;
}
