import axe from "axe-core";
import type { Page } from "playwright-core";

/** Rule and place of each violation. Animations are given time to end: a colour in between is no colour of ours. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))),
  );
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const page = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }> };
    };
    const { violations } = await page.axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
  });
}
