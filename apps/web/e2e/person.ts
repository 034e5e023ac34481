import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Stack } from "./stack.ts";

/** Somebody with a browser of their own: a fresh profile, and a page on the stack. */
export interface Person extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The identity's recovery words, in order. */
  readonly words: readonly string[];
  /** Uncaught errors and Content-Security-Policy reports of the page so far. */
  readonly faults: readonly string[];
}

/** Makes an identity on the first visit, opened through the setup link, and claims both servers with it. */
export async function claimAsOwner(browser: Browser, stack: Stack): Promise<Person> {
  const { context, page, faults } = await openBrowser(browser);
  await page.goto(`${stack.webUrl}/setup#code=${stack.setupCode}`);
  const words = await createIdentity(page);
  for (const name of ["Library and chat server", "Storage endpoint"])
    await page.getByRole("region", { name }).getByText("You are the owner").waitFor();
  return personOf(context, page, words, faults);
}

/** A second browser of somebody who has the words. */
export async function restoreIdentity(
  browser: Browser,
  stack: Stack,
  words: readonly string[],
): Promise<Person> {
  const { context, page, faults } = await openBrowser(browser);
  await page.goto(stack.webUrl);
  await page.getByRole("button", { name: "I have recovery words" }).click();
  await page.getByLabel("Recovery words").fill(words.join(" "));
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return personOf(context, page, words, faults);
}

/** Somebody new who opens an invitation link, makes an identity and accepts. */
export async function joinByLink(browser: Browser, link: string): Promise<Person> {
  const { context, page, faults } = await openBrowser(browser);
  await page.goto(link);
  const words = await createIdentity(page);
  await page.getByRole("button", { name: "Accept" }).click();
  return personOf(context, page, words, faults);
}

async function openBrowser(browser: Browser) {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content.Security.Policy/i.test(message.text()))
      faults.push(message.text());
  });
  return { context, page, faults };
}

async function createIdentity(page: Page): Promise<readonly string[]> {
  await page.getByRole("button", { name: "Create an identity" }).click();
  const items = page.getByRole("list", { name: "Recovery words" }).getByRole("listitem");
  await items.first().waitFor();
  const words = (await items.allInnerTexts()).map((text) => text.replace(/[^a-z]/g, ""));
  await page.getByRole("checkbox", { name: "I have stored the words in a safe place" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  const fields = page.getByLabel(/^Word \d+$/);
  await fields.first().waitFor();
  for (const field of await fields.all()) {
    const label = await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent ?? "");
    await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? "");
  }
  await page.getByRole("button", { name: "Finish" }).click();
  return words;
}

function personOf(
  context: BrowserContext,
  page: Page,
  words: readonly string[],
  faults: readonly string[],
): Person {
  return { context, page, words, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** Everything that outlives a page, and what it shows. */
export async function keptBy(page: Page): Promise<string> {
  const stored = await page.context().storageState({ indexedDB: true });
  const shown = await page.evaluate(() => location.href + document.documentElement.outerHTML);
  const session = await page.evaluate(() => JSON.stringify(sessionStorage));
  return JSON.stringify(stored) + shown + session;
}
