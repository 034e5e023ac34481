import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { claimAsOwner, restoreIdentity } from "./person.ts";
import { startStack } from "./stack.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("[E2E1] the setup link makes the first visitor the owner of both servers, once", async () => {
  await using stack = await startStack();
  await using owner = await claimAsOwner(browser, stack);
  expect(owner.words).toHaveLength(24);
  expect(owner.page.url()).not.toContain(stack.setupCode);
  expect(await answerOf(`${stack.webUrl}/api/setup`)).toMatchObject({ claimed: true });
  expect(await answerOf(`${stack.davUrl}/relite/info`)).toMatchObject({ claimed: true });
  await owner.page.reload();
  await owner.page.getByRole("navigation", { name: "Main" }).waitFor();

  const late = await browser.newContext({ locale: "en-US" });
  const page = await late.newPage();
  await page.goto(`${stack.webUrl}/setup#code=${stack.setupCode}`);
  await page.getByRole("button", { name: "I have recovery words" }).click();
  await page.getByLabel("Recovery words").fill(strangerWords);
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("region", { name: "Storage endpoint" }).getByText("Already has an owner").waitFor();
  await page
    .getByRole("region", { name: "Library and chat server" })
    .getByText("Already has an owner")
    .waitFor();
  await late.close();
  expect(owner.faults).toEqual([]);
});

it("[E2E1] the recovery words bring the same identity to a second browser", async () => {
  await using stack = await startStack();
  await using first = await claimAsOwner(browser, stack);
  await using second = await restoreIdentity(browser, stack, first.words);
  await second.page.getByRole("link", { name: "Connections" }).click();
  await second.page.getByText("does not know you").waitFor({ state: "hidden" });
  expect(second.faults).toEqual([]);
});

/** BIP39's own test vector for the seed of all zeros. */
const strangerWords = `${"abandon ".repeat(23)}art`;

async function answerOf(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}
