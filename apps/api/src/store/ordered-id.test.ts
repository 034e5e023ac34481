import { fakeClock } from "@relite/core/testing";
import { expect, test } from "vitest";
import { createOrderedIds } from "./ordered-id.ts";

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test("[ST5] ids grow within a millisecond, over many, and when the clock is set back", () => {
  const clock = fakeClock();
  const newId = createOrderedIds(clock, randomBytes);
  const ids: string[] = [];
  for (const setMs of [1_000, 1_001, 900, 2_000_000_000_000]) {
    clock.set(setMs);
    for (let count = 0; count < 5_000; count++) ids.push(newId());
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
