import { describe, expect, it } from "vitest";
import { memoryLocks } from "../testing/index.ts";
import { createWebLocks } from "./index.ts";

describe.each([
  ["Web Locks", () => createWebLocks(navigator.locks)],
  ["the twin in memory", memoryLocks],
] as const)("[SYN23] %s", (_name, open) => {
  it("[SYN23] let one in at a time, and tell the second at once", async () => {
    const locks = open();
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = locks.tryRun("one", () => promise);
    await new Promise((done) => setImmediate(done));
    expect(await locks.tryRun("one", async () => "second")).toBeNull();
    expect(await locks.tryRun("other", async () => "free")).toBe("free");
    resolve("first");
    expect(await first).toBe("first");
    expect(await locks.tryRun("one", async () => "third")).toBe("third");
  });

  it("[SYN23] let go after a failure", async () => {
    const locks = open();
    await expect(locks.tryRun("failing", () => Promise.reject(new RangeError("x")))).rejects.toThrow(
      RangeError,
    );
    expect(await locks.tryRun("failing", async () => "again")).toBe("again");
  });

  it("[SYN23] are held until released, and say so", async () => {
    const locks = open();
    const release = await locks.hold("tab");
    expect(await locks.isHeld("tab")).toBe(true);
    expect(await locks.tryRun("tab", async () => "in")).toBeNull();
    release();
    await new Promise((done) => setImmediate(done));
    expect(await locks.isHeld("tab")).toBe(false);
  });
});
