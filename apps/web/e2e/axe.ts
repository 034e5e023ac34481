import axe from "axe-core";
import type { Page } from "playwright-core";

/** Rule and place of each violation. Animations are given time to end: a colour in between is no colour of ours. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(async () => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const running = () => document.getAnimations().filter(({ playState }) => playState === "running");
    // What was just pressed may begin to move only two frames later.
    do {
      await Promise.all(running().map((one) => one.finished.catch(() => null)));
      await nextFrame();
      await nextFrame();
    } while (running().length > 0);
  });
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
