import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violationsOf } from "./axe.ts";
import { launchBrowser } from "./browser.ts";
import { claimAsOwner, keptBy, restoreIdentity } from "./person.ts";
import { readTold, sendBasic } from "./program.ts";
import { startStack } from "./stack.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("[E2E9] an app password made in the page opens its folder to an ordinary client until it is revoked there", async () => {
  await using stack = await startStack();
  await using owner = await claimAsOwner(browser, stack);
  const { page } = owner;
  await page.goto(`${stack.webUrl}/settings`);
  const panel = page.getByRole("region", { name: "App passwords" });
  await panel.getByText("No app passwords yet").waitFor();
  await panel.getByRole("button", { name: "New app password" }).click();
  await panel.getByLabel("What is it for?").fill("E-reader");
  await panel.getByLabel("Folder").fill("my books");
  expect(await violationsOf(page)).toEqual([]);
  await panel.getByRole("button", { name: "Create" }).click();

  const dialog = page.getByRole("dialog", { name: "Your app password" });
  const told = await readTold(dialog);
  const send = (method: string, path: string, body?: string) => sendBasic(told, method, path, body);
  expect(told.address).toBe(`${stack.davUrl}/dav/apps/files/my%20books/`);
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("New app password");
  expect(told.password).toMatch(/^[a-z2-7]{40}$/);
  expect(await keptBy(page)).not.toContain(told.password.slice(8));
  await panel.getByText("E-reader").waitFor();

  expect((await send("PROPFIND", "")).status).toBe(207);
  expect((await send("PUT", "a.txt", "one")).status).toBe(201);
  expect(await (await send("GET", "a.txt")).text()).toBe("one");
  expect((await send("GET", "../../relite/")).status).toBe(403);

  await panel.getByRole("button", { name: "Revoke E-reader" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await panel.getByText("No app passwords yet").waitFor();
  expect((await send("GET", "a.txt")).status).toBe(401);
  expect(owner.faults).toEqual([]);
});

it("[E2E9] a device said to be lost is shut out of files and library until it is found again", async () => {
  await using stack = await startStack();
  await using first = await claimAsOwner(browser, stack);
  await using second = await restoreIdentity(browser, stack, first.words);
  await second.page.goto(`${stack.webUrl}/settings`);
  const own = second.page.getByRole("region", { name: "Devices" });
  await own.getByRole("listitem").filter({ hasText: "This device" }).waitFor();

  await first.page.goto(`${stack.webUrl}/settings`);
  const devices = first.page.getByRole("region", { name: "Devices" });
  await devices.getByRole("listitem").filter({ hasText: "This device" }).waitFor();
  const other = devices.getByRole("listitem").filter({ hasNotText: "This device" });
  expect(await devices.getByRole("button", { name: /is lost$/ }).count()).toBe(1);
  await other.getByRole("button", { name: /is lost$/ }).click();
  await first.page.getByRole("dialog").getByRole("button", { name: "Lost", exact: true }).click();
  await other.getByText("Lost since").waitFor();
  expect(await violationsOf(first.page)).toEqual([]);
  await second.page.reload();
  await own.getByText("This device was unlinked").waitFor();
  await second.page.getByRole("link", { name: "Connections" }).click();
  await second.page.getByText("This device was unlinked").first().waitFor();

  await other.getByRole("button", { name: /is found again$/ }).click();
  await first.page.getByRole("dialog").getByRole("button", { name: "Found again" }).click();
  await other.getByText("Lost since").waitFor({ state: "detached" });
  await second.page.goto(`${stack.webUrl}/settings`);
  await own.getByRole("listitem").filter({ hasText: "This device" }).waitFor();
  expect([...first.faults, ...second.faults]).toEqual([]);
});

it("[E2E9] through the page's own server the panels say why there is nothing", async () => {
  await using stack = await startStack();
  await using owner = await claimAsOwner(browser, stack);
  const { page } = owner;
  await page.goto(`${stack.webUrl}/settings`);
  await page.getByRole("region", { name: "App passwords" }).getByText("No app passwords yet").waitFor();
  const endpoint = page.getByRole("region", { name: "Storage endpoint" });
  await endpoint.getByText("Through this server", { exact: true }).click();
  await endpoint.getByRole("button", { name: "Save" }).click();
  for (const name of ["App passwords", "Devices"])
    await page.getByRole("region", { name }).getByText("Not available through this server").waitFor();
});
