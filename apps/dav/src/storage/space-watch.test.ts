import { silentLogger } from "@relite/core/log";
import { expect, it } from "vitest";
import { createSpaceWatch } from "./space-watch.ts";

it("[ST18] a disk with little room is told at once, then every hour, and when there is room again", async () => {
  const lines: string[] = [];
  const freeByFolder = new Map([
    ["a", 5e9],
    ["b", 5e9],
  ]);
  const log = {
    ...silentLogger,
    warn: (facts: object) => void lines.push(`warn ${JSON.stringify(facts)}`),
    info: () => void lines.push("info"),
  };
  const watch = createSpaceWatch(["a", "b", "gone"], log, async (folder) => freeByFolder.get(folder) ?? null);
  await watch.look(0);
  expect(lines).toEqual([]);
  freeByFolder.set("b", 100);
  for (const nowMs of [1_000, 60_000, 3_600_000]) await watch.look(nowMs);
  expect(lines).toEqual(['warn {"freeBytes":100,"folder":"b"}']);
  await watch.look(3_601_000);
  // A clock that was set back.
  await watch.look(5);
  expect(lines).toHaveLength(3);
  freeByFolder.set("b", 5e9);
  await watch.look(10);
  await watch.look(20);
  expect(lines.slice(3)).toEqual(["info"]);
  await createSpaceWatch(["/nowhere"], log).look(0);
  await createSpaceWatch(["/"], log).look(0);
});
