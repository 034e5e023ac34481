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
      .filter({ has: page.getByRole("button", { name: new RegExp(`^${title}`) }) })
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
      await page.getByText("Say something").waitFor();
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
    /** Asks for a round on the settings page, waits until it is done, and comes back. */
    sync: async () => {
      const main = page.getByRole("navigation", { name: "Main" });
      await main.getByRole("link", { name: "Settings" }).click();
      const panel = page.getByRole("region", { name: "Sync", exact: true });
      await panel.getByRole("button", { name: "Sync now" }).click();
      await expect
        .poll(() => panel.getByRole("status").textContent(), { timeout: 15_000 })
        .toMatch(/^Synced/);
      await steps.open();
    },
  };
  return steps;
}
