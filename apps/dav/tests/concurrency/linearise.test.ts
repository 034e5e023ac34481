import { expect, it } from "vitest";
import { linearise, type Operation } from "./linearise.ts";

const put = (value: string, startMs: number, endMs: number): Operation<string> => ({
  told: `put ${value}`,
  startMs,
  endMs,
  next: () => value,
});
const get = (value: string, startMs: number, endMs: number): Operation<string> => ({
  told: `get ${value}`,
  startMs,
  endMs,
  next: (state) => (state === value ? state : null),
});
const end = (operations: readonly Operation<string>[]) => linearise("", operations, (state) => state).state;

it.each([
  ["reads around a write", [put("a", 0, 10), get("", 1, 2), get("a", 3, 4)], "a"],
  [
    "two writes at once, read in one order",
    [put("a", 0, 9), put("b", 0, 9), get("b", 1, 2), get("a", 3, 4)],
    "a",
  ],
  ["a read before the answer of the write", [put("a", 0, 9), get("a", 1, 2)], "a"],
  ["a stale read", [put("a", 0, 1), get("", 2, 3)], null],
  ["a value that goes back", [put("a", 0, 9), get("a", 1, 2), get("", 3, 4)], null],
  [
    "two readers who saw two orders",
    [put("a", 0, 9), put("b", 0, 9), get("a", 1, 2), get("b", 3, 4), get("a", 5, 6)],
    null,
  ],
  ["a value nobody wrote", [put("a", 0, 1), get("c", 0, 1)], null],
])("[DU12] the checker itself: %s", (_name, operations, expected) => {
  expect(end(operations)).toBe(expected);
});
