import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { claimAsOwner, joinByLink } from "./person.ts";
import { startStack } from "./stack.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("[E2E7] one invitation link makes a member of both servers, once", async () => {
  await using stack = await startStack();
  await using owner = await claimAsOwner(browser, stack);
  await owner.page.goto(`${stack.webUrl}/settings`);
  await owner.page.getByLabel("Who is it for?").fill("Ben");
  await owner.page.getByRole("button", { name: "Create invitation" }).click();
  const link = await owner.page.getByText(`${stack.webUrl}/invite#code=`).textContent();
  await expect(owner.page.getByText("gives no storage").count()).resolves.toBe(0);

  await using ben = await joinByLink(browser, link ?? "");
  await ben.page.getByText("with storage of your own").waitFor();
  expect(ben.page.url()).not.toContain(link?.split("=").at(-1) ?? "");
  expect(ben.faults).toEqual([]);

  await using late = await joinByLink(browser, link ?? "");
  await late.page.getByText("This invitation is not valid").waitFor();
});

it("[E2E7] an endpoint that takes nobody is told apart, and the rest of the invitation holds", async () => {
  await using stack = await startStack({ DAV_REGISTRATION: "closed" });
  await using owner = await claimAsOwner(browser, stack);
  await owner.page.goto(`${stack.webUrl}/settings`);
  await owner.page.getByRole("button", { name: "Create invitation" }).click();
  await owner.page.getByText("The link gives no storage on the endpoint").waitFor();
  await owner.page.getByText("registration_closed").waitFor();
  const link = await owner.page.getByText(`${stack.webUrl}/invite#code=`).textContent();
  await using ben = await joinByLink(browser, link ?? "");
  await ben.page.getByText("You have no storage on the endpoint yet").waitFor();
});
