import { expect, it } from "vitest";
import { createLeaveTogether } from "./leave-together.ts";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it("[SP5] small answers of one turn leave in order at its end, later ones at the end of theirs", async () => {
  const left: string[] = [];
  const together = createLeaveTogether();
  together(() => left.push("a"));
  together(() => {
    left.push("b");
    together(() => left.push("c"));
  });
  await Promise.resolve();
  expect(left).toEqual([]);
  await nextTurn();
  expect(left).toEqual(["a", "b"]);
  await nextTurn();
  expect(left).toEqual(["a", "b", "c"]);
});
