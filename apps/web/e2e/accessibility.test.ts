import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { launchBrowser } from "./browser.ts";
import { claimAsOwner, type Person } from "./person.ts";
import { type Stack, startStack } from "./stack.ts";

let browser: Browser;
let stack: Stack;
let owner: Person;
beforeAll(async () => {
  browser = await launchBrowser();
  stack = await startStack();
  owner = await claimAsOwner(browser, stack);
});
afterAll(async () => {
  await owner?.[Symbol.asyncDispose]();
  await stack?.[Symbol.asyncDispose]();
  await browser?.close();
});

const looks = [
  { colorScheme: "light", width: 1280, height: 800 },
  { colorScheme: "dark", width: 390, height: 844 },
] as const;
const pages = [
  ["/library", "Your library is empty"],
  ["/connections", "Connect a place with books"],
  ["/chat", "Chat"],
  ["/settings", "Storage endpoint"],
  ["/setup", "Setup code"],
  ["/nowhere", "There is no such page"],
] as const;

it.each(looks)("[WAX1] pages without a violation: $colorScheme, $width wide", async (look) => {
  const { page } = owner;
  await page.setViewportSize(look);
  await page.emulateMedia({ colorScheme: look.colorScheme });
  for (const [path, text] of pages) {
    await page.goto(stack.webUrl + path);
    await page.getByText(text).filter({ visible: true }).first().waitFor();
    expect([path, await violationsOf(page)]).toEqual([path, []]);
  }
});

it("[WAX1] dialogs without a violation", async () => {
  const { page } = owner;
  await page.setViewportSize(looks[0]);
  await page.goto(`${stack.webUrl}/connections`);
  await page.getByRole("button", { name: "Add your first connection" }).click();
  await page.getByRole("dialog").getByLabel("Address").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(owner.faults).toEqual([]);
});
