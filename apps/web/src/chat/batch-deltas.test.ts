import { fakeClock } from "@relite/core/testing";
import { expect, it } from "vitest";
import { type AnswerPart, batchDeltas } from "./batch-deltas.ts";

const delta = (text: string): AnswerPart => ({ type: "delta", text });

it("[WCH1] joins what comes at once, and shows it although the model pauses", async () => {
  const clock = fakeClock();
  const pause = Promise.withResolvers<void>();
  async function* answer() {
    yield delta("Salt ");
    yield delta("is ");
    await pause.promise;
    yield delta("a mineral.");
    yield { type: "end" } as const;
  }
  const texts = batchDeltas(answer(), { clock, everyMs: 80 });
  const first = texts.next();
  await untilAsleep(clock, first);
  expect(await first).toEqual({ done: false, value: "Salt is " });
  pause.resolve();
  expect(await texts.next()).toEqual({ done: false, value: "a mineral." });
  expect(await texts.next()).toMatchObject({ done: true });
});

it("[WCH1] what came before a failure is kept", async () => {
  async function* answer() {
    yield delta("Half");
    throw new Error("gone");
  }
  const texts = batchDeltas(answer(), { clock: fakeClock(), everyMs: 80 });
  expect(await texts.next()).toEqual({ done: false, value: "Half" });
  await expect(texts.next()).rejects.toThrow("gone");
});

it("[WCH1] stopping early closes the source", async () => {
  let isClosed = false;
  async function* answer() {
    try {
      yield delta("One");
      yield delta("Two");
    } finally {
      isClosed = true;
    }
  }
  for await (const _text of batchDeltas(answer(), { clock: fakeClock(), everyMs: 80 })) break;
  await expect.poll(() => isClosed).toBe(true);
});

/** Moves the clock on until the text came. */
async function untilAsleep(
  clock: { advance(ms: number): Promise<void> },
  text: Promise<unknown>,
): Promise<void> {
  let isThere = false;
  void text.then(() => {
    isThere = true;
  });
  while (!isThere) await clock.advance(80);
}
