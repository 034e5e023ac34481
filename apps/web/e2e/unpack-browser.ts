import { packagedChromium } from "./browser.ts";

/** Before any test file: files that run side by side would else start a browser that another is still unpacking. */
export async function setup(): Promise<void> {
  await packagedChromium();
}
