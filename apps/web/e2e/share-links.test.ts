import type { Browser } from "playwright-core";
import { encode } from "uqr";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { launchBrowser } from "./browser.ts";
import { claimAsOwner, keptBy } from "./person.ts";
import { putAsProgram } from "./program.ts";
import { type Stack, startStack } from "./stack.ts";

let browser: Browser;
let stack: Stack;
beforeAll(async () => {
  browser = await launchBrowser();
  stack = await startStack();
});
afterAll(async () => {
  await browser.close();
  await stack[Symbol.asyncDispose]();
});

it("[E2E10] a share link made in the page, by keyboard, opens what was chosen for somebody without an account until it is revoked", async () => {
  await using owner = await claimAsOwner(browser, stack);
  const { page } = owner;
  await page.goto(`${stack.webUrl}/settings`);
  const panel = page.getByRole("region", { name: "Share links" });
  await panel.getByText("No share links yet").waitFor();
  await putAsProgram(page, { "my trip/plan.txt": "see you there", "my trip/secret.txt": "not for you" });

  await panel.getByRole("button", { name: "New share link" }).press("Enter");
  await expect.poll(() => page.evaluate(() => document.activeElement?.nodeName)).toBe("SELECT");
  await panel.getByRole("button", { name: "Open folder my trip" }).press("Enter");
  await panel.getByRole("button", { name: "plan.txt" }).press("Enter");
  await panel.getByText("Shares the file “plan.txt”").waitFor();
  await panel.getByLabel("Name").fill("for Ben");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violationsOf(page)).toEqual([]);
  }
  await panel.getByRole("button", { name: "Create" }).press("Enter");

  const dialog = page.getByRole("dialog", { name: "Your share link" });
  await dialog.locator("dd code").first().waitFor();
  const link = await dialog.locator("dd code").first().innerText();
  expect(link).toMatch(new RegExp(`^${stack.davUrl}/s/[a-z2-7]{8}#[a-z2-7]{32}$`));
  expect(await violationsOf(page)).toEqual([]);
  const drawn = await dialog.getByRole("img", { name: "QR code" }).locator("path").getAttribute("d");
  const dark = encode(link, { ecc: "M", border: 4 }).data.flat().filter(Boolean).length;
  expect(drawn?.split("M").length).toBe(dark + 1);
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Done" }).press("Enter");
  await dialog.waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("New share link");
  expect(await keptBy(page)).not.toContain(link.split("#")[1]);

  const context = await browser.newContext({ locale: "en-US" });
  const visitor = await context.newPage();
  await visitor.goto(link);
  await visitor.getByRole("heading", { name: "plan.txt" }).waitFor();
  await visitor.goto(`${link.split("#")[0]}/secret.txt`);
  await visitor.getByRole("heading", { name: "Nothing here" }).waitFor();
  await page.reload();
  const line = panel.getByRole("listitem").filter({ hasText: "for Ben" });
  await line.getByText("last used now").waitFor();
  await line.getByText("files/my trip/plan.txt").waitFor();

  await line.getByRole("button", { name: "Revoke for Ben" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).press("Enter");
  await panel.getByText("No share links yet").waitFor();
  await visitor.reload();
  await visitor.getByRole("heading", { name: "This link does not work any more" }).waitFor();
  await context.close();
  expect(owner.faults).toEqual([]);
});
