import { expect, test } from "vitest";
import { createTurnstile } from "./turnstile.ts";

test("[DB5] lets one in at a time, in order of arrival", async () => {
  const turnstile = createTurnstile();
  const order: string[] = [];
  const visit = async (name: string) => {
    const leave = await turnstile.enter();
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    leave();
  };
  expect(turnstile.pass()).toBeNull();
  const visits = ["a", "b", "c"].map(visit);
  expect(turnstile.pass()).not.toBeNull();
  await Promise.all(visits);
  expect(turnstile.pass()).toBeNull();
  expect(order).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
});
