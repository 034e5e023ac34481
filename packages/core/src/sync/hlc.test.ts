import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareHlc, correctClock, initialClockState, maxDragMs, observeHlc, tickClock } from "./hlc.ts";

const nowMs = Date.UTC(2026, 0, 1);
const node = "a".repeat(24);
const dayMs = 86_400_000;

describe("the hybrid clock", () => {
  it("[SYN5] readings grow even when the wall clock stands still or goes back", () => {
    const first = tickClock(initialClockState, nowMs, node, null);
    const second = tickClock(first.state, nowMs, node, null);
    const third = tickClock(second.state, nowMs - 3_600_000, node, null);
    expect(compareHlc(second.hlc, first.hlc)).toBeGreaterThan(0);
    expect(compareHlc(third.hlc, second.hlc)).toBeGreaterThan(0);
  });

  it("[SYN5] an edit lies after what was read, from a clock one hour behind", () => {
    const seen = { ms: nowMs + 3_600_000, count: 7, node: "f".repeat(24) };
    const observed = observeHlc(initialClockState, nowMs, seen);
    expect(compareHlc(tickClock(observed, nowMs, node, seen).hlc, seen)).toBeGreaterThan(0);
  });

  it("[SYN5] a clock a year ahead orders the edit that follows it, and drags nothing", () => {
    const seen = { ms: nowMs + 365 * dayMs, count: 0, node: "f".repeat(24) };
    const observed = observeHlc(initialClockState, nowMs, seen);
    expect(observed).toEqual(initialClockState);
    const answer = tickClock(observed, nowMs, node, seen);
    expect(compareHlc(answer.hlc, seen)).toBeGreaterThan(0);
    expect(tickClock(answer.state, nowMs, node, null).hlc.ms).toBe(nowMs);
  });

  it("[SYN5] any reading made after another was seen is greater than it", () => {
    const reading = fc.record({ ms: fc.nat(2 ** 45), count: fc.nat(10), node: fc.constant("f".repeat(24)) });
    const state = fc.record({
      ms: fc.nat(2 ** 45),
      count: fc.nat(10),
      offsetMs: fc.integer({ min: -dayMs, max: dayMs }),
    });
    fc.assert(
      fc.property(state, reading, fc.nat(2 ** 45), (clock, seen, localMs) => {
        expect(compareHlc(tickClock(clock, localMs, node, seen).hlc, seen)).toBeGreaterThan(0);
      }),
    );
  });

  it("[SYN5] the server's time corrects the clock when it is off by two seconds or more", () => {
    const behind = correctClock(initialClockState, nowMs - dayMs, nowMs);
    expect(behind.offsetMs).toBe(dayMs);
    expect(tickClock(behind, nowMs - dayMs, node, null).hlc.ms).toBe(nowMs);
    expect(correctClock(initialClockState, nowMs, nowMs + 1_500)).toBe(initialClockState);
    expect(correctClock(behind, nowMs, nowMs).offsetMs).toBe(0);
    expect(maxDragMs).toBe(dayMs);
  });
});
