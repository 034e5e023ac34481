import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** What a person does on the chat page, in the page's own words. */
export function chatSteps(page: Page) {
  const sessions = page.getByRole("region", { name: "Chats" });
  const messages = page.getByRole("list", { name: "Messages" });
  const row = (title: string): Locator => sessions.getByRole("button", { name: new RegExp(`^${title}`) });
  const menu = async (title: string, entry: string) => {
    await sessions
      .getByRole("listitem")
      .filter({ has: row(title) })
      .hover();
    await sessions.getByRole("button", { name: `Actions for ${title}` }).click();
    await page.getByRole("menuitem", { name: entry }).click();
  };
  const steps = {
    messages,
    row,
    open: async () => {
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Chat" }).click();
      await sessions.waitFor();
    },
    start: async (text: string) => {
      await sessions.getByRole("button", { name: "New chat" }).first().click();
      await steps.write(text);
    },
    write: async (text: string) => {
      await page.getByLabel("Message", { exact: true }).fill(text);
      await page.keyboard.press("Enter");
      await messages.getByText(text).waitFor();
    },
    rename: async (title: string, next: string) => {
      await menu(title, "Rename");
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Title").fill(next);
      await dialog.getByRole("button", { name: "Save" }).click();
      await row(next).waitFor();
    },
    remove: async (title: string) => {
      await menu(title, "Delete");
      await row(title).waitFor({ state: "detached" });
    },
    /** Presses the sync note until the page says that it is done. */
    sync: async () => {
      const note = sessions.getByRole("button", { name: /^Sync: / });
      await note.click();
      await expect.poll(() => note.getAttribute("aria-label"), { timeout: 15_000 }).toMatch(/^Sync: Synced/);
    },
  };
  return steps;
}
