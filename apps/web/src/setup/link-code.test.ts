import { describe, expect, it } from "vitest";
import { forgetCode, readCode, takeCodeFromAddress } from "./link-code.ts";

function fakePage(address: string) {
  const url = new URL(address, "http://localhost:3020");
  const kept = new Map<string, string>();
  const visited: string[] = [];
  const sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const history = { replaceState: (_state: unknown, _title: string, to: string) => void visited.push(to) };
  return { location: url, history, sessionStorage, visited };
}

describe("codes in links", () => {
  it.each([
    ["/setup#code=abc-123", "setup"],
    ["/invite#code=abc-123", "invite"],
  ] as const)("[WSU1] the code of %s leaves the address and is kept for the tab", (address, kind) => {
    const page = fakePage(address);
    expect(takeCodeFromAddress(page)).toBe(kind);
    expect(page.visited).toEqual([`/${kind}`]);
    expect(readCode(page.sessionStorage, kind)).toBe("abc-123");
    forgetCode(page.sessionStorage, kind);
    expect(readCode(page.sessionStorage, kind)).toBe("");
  });

  it.each([
    ["/setup", "setup"],
    ["/setup#code=", "setup"],
    ["/library#code=x", null],
    ["/setup/x#code=x", null],
  ])("[WSU1] %s has no code to take", (address, kind) => {
    const page = fakePage(address);
    expect(takeCodeFromAddress(page)).toBe(kind);
    expect(page.visited).toEqual([]);
    expect(readCode(page.sessionStorage, "setup")).toBe("");
  });

  it("[WSU1] a browser without session storage still clears the address", () => {
    const page = { ...fakePage("/setup#code=abc"), sessionStorage: null };
    expect(takeCodeFromAddress(page)).toBe("setup");
    expect(page.visited).toEqual(["/setup"]);
    expect(readCode(null, "setup")).toBe("");
  });
});
