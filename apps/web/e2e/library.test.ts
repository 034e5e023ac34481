import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BookServer, startBookServer } from "./book-server.ts";
import { launchBrowser } from "./browser.ts";
import { claimAsOwner } from "./person.ts";
import { startStack } from "./stack.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it("[E2E2] a book on somebody else's server appears in the library, goes missing and comes back", async () => {
  await using stack = await startStack();
  await using books = await startBookServer();
  fillShelves(books);
  await using owner = await claimAsOwner(browser, stack);
  const { page } = owner;

  await addConnection(page, books);
  const card = page.getByRole("article", { name: "Shelf" });
  await card.getByRole("group", { name: "Progress" }).waitFor();
  await card.getByText("In sync").waitFor();
  await card.getByText("203 books").waitFor();

  await openLibrary(page);
  await page.getByRole("searchbox", { name: "Search books" }).fill("ephemere");
  const book = page.getByRole("button", { name: /Éphémère & Co/ });
  await book.click();
  const details = page.getByRole("dialog");
  await details.getByText("Tales/50% off #1/Éphémère & Co.epub").waitFor();
  await details.getByText("Available").waitFor();
  await page.keyboard.press("Escape");

  books.remove("Tales/50% off #1/Éphémère & Co.epub");
  await syncTwice(page);
  await card.getByText("1 missing").waitFor();
  books.put("Tales/50% off #1/Éphémère & Co.epub", "epub once more");
  await sync(page);
  await card.getByText("203 books").waitFor();
  expect(await card.getByText("1 missing").count()).toBe(0);
  expect(owner.faults).toEqual([]);
});

it("[E2E2] a wrong password is said plainly, and nothing is stored", async () => {
  await using stack = await startStack();
  await using books = await startBookServer();
  await using owner = await claimAsOwner(browser, stack);
  const { page } = owner;
  await addConnection(page, { ...books, password: "not the password" });
  await page.getByRole("dialog").getByRole("alert").getByText("credentials_refused").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Connect a place with books").waitFor();
  expect(await page.content()).not.toContain("not the password");
});

/** 203 books in 202 folders, and files that are none. */
function fillShelves(books: BookServer): void {
  for (let shelf = 1; shelf <= 200; shelf += 1)
    books.put(`Shelves/${shelf}/volume ${shelf}.pdf`, `volume ${shelf}`);
  books.put("Tales/50% off #1/Éphémère & Co.epub", "epub");
  books.put("Tales/红楼梦 (上).txt", "第一回");
  books.put("Tales/plus+and&quote's.cbz", "cbz");
  books.put("Tales/photo.jpg", "no book");
}

async function addConnection(
  page: Page,
  books: Pick<BookServer, "url" | "username" | "password">,
): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Connections" }).click();
  await page.getByRole("button", { name: "Add your first connection" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Shelf");
  await page.getByLabel("Address").fill(books.url);
  await page.getByLabel("User name").fill(books.username);
  await page.getByLabel("Password", { exact: true }).fill(books.password);
  await page.getByRole("button", { name: "Check and add" }).click();
}

async function openLibrary(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Library" }).click();
}

/** A book is missing only after two complete scans. */
async function syncTwice(page: Page): Promise<void> {
  await sync(page);
  await sync(page);
}

async function sync(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Connections" }).click();
  const card = page.getByRole("article", { name: "Shelf" });
  await card.getByRole("button", { name: "Sync now" }).click();
  await card.getByText("Syncing", { exact: true }).waitFor();
  await card.getByText("In sync").waitFor();
}
