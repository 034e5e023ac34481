import { describe, expect, it } from "vitest";
import { snippetAround, titleFrom } from "./snippet.ts";

describe("what is shown of a text", () => {
  it("[WCH4] a hit is shown with what stands around it", () => {
    const text = `${"before ".repeat(20)}the Needle\n\nin it ${"after ".repeat(60)}`;
    const snippet = snippetAround(text, "needle");
    expect(snippet).toContain("the Needle in it");
    expect(snippet.startsWith("…") && snippet.endsWith("…")).toBe(true);
    expect(snippet.length).toBeLessThan(145);
  });

  it.each([
    ["  Why is\nit so? ", "Why is it so?"],
    ["x".repeat(61), `${"x".repeat(59)}…`],
    ["书".repeat(60), "书".repeat(60)],
    [`${"y".repeat(58)}😀zz`, `${"y".repeat(58)}\ufffd…`],
  ])("[WCH4] the title of %j", (text, title) => expect(titleFrom(text)).toBe(title));
});
