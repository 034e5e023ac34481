import type { Locator, Page } from "playwright-core";

/** What the page tells of an app password, once. */
export interface Told {
  readonly address: string;
  readonly username: string;
  readonly password: string;
}

export async function readTold(dialog: Locator): Promise<Told> {
  await dialog.getByText("It is shown only now").waitFor();
  const [address = "", username = "", password = ""] = await dialog.locator("dd code").allInnerTexts();
  return { address, username, password };
}

/** As a client that knows no tokens. */
export function sendBasic(
  { address, username, password }: Told,
  method: string,
  path: string,
  body?: string,
) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return fetch(new URL(path, address), {
    method,
    headers: { authorization },
    ...(body === undefined ? {} : { body }),
  });
}

/** Files in the app `files`, one folder deep, put there by a program with an app password that the settings page makes. */
export async function putAsProgram(page: Page, files: Readonly<Record<string, string>>): Promise<Told> {
  const panel = page.getByRole("region", { name: "App passwords" });
  await panel.getByRole("button", { name: "New app password" }).click();
  await panel.getByLabel("What is it for?").fill("Program");
  await panel.getByRole("button", { name: "Create" }).click();
  const dialog = page.getByRole("dialog", { name: "Your app password" });
  const told = await readTold(dialog);
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await dialog.waitFor({ state: "hidden" });
  for (const [path, body] of Object.entries(files)) {
    await sendBasic(told, "MKCOL", path.slice(0, path.lastIndexOf("/") + 1));
    await sendBasic(told, "PUT", path, body);
  }
  return told;
}
