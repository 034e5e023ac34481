import { describe, expect, it } from "vitest";
import { createKeptAnswers, type KeptAnswers } from "./kept-answers.ts";

function give(answers: KeptAnswers, key: string, text: string): void {
  const copy = answers.begin(key);
  for (const letter of text) copy.add(Buffer.from(letter));
  copy.keep();
}

function twice(answers: KeptAnswers, key: string, text: string): void {
  give(answers, key, text);
  give(answers, key, text);
}

function ask(answers: KeptAnswers, key: string): string | null {
  const kept = answers.find(key);
  kept?.release();
  return kept?.bytes.toString() ?? null;
}

describe("kept answers", () => {
  it("[LI3] keeps what is given twice, whole, and nothing that was given once or not to its end", () => {
    const answers = createKeptAnswers({ maxBytes: 100, maxEach: 50 });
    give(answers, "a", "one");
    expect(ask(answers, "a")).toBeNull();
    answers.begin("a").add(Buffer.from("on"));
    expect(ask(answers, "a")).toBeNull();
    give(answers, "a", "one");
    expect(ask(answers, "a")).toBe("one");
    twice(answers, "long", "x".repeat(51));
    expect(ask(answers, "long")).toBeNull();
    give(answers, "b", "two");
    give(answers, "b", "three");
    expect(ask(answers, "b")).toBeNull();
    give(answers, "b", "two");
    expect(ask(answers, "b")).toBe("two");
  });

  it("[LI4] holds no more than its share, what is being sent included; the longest unused goes first", () => {
    const answers = createKeptAnswers({ maxBytes: 100, maxEach: 50 });
    for (const key of ["a", "b"]) twice(answers, key, key.repeat(40));
    expect(ask(answers, "a")).toBe("a".repeat(40));
    twice(answers, "c", "c".repeat(40));
    expect(["a", "b", "c"].map((key) => ask(answers, key) !== null)).toEqual([true, false, true]);
    const sending = [answers.find("a"), answers.find("c"), answers.find("c")];
    twice(answers, "d", "d".repeat(40));
    expect(ask(answers, "d")).toBeNull();
    sending[0]?.release();
    sending[1]?.release();
    twice(answers, "d", "d".repeat(40));
    expect(["a", "c", "d"].map((key) => ask(answers, key) !== null)).toEqual([false, true, true]);
    expect(sending[2]?.bytes.toString()).toBe("c".repeat(40));
  });

  it("[LI4] remembers few of what was asked once, and no long questions", () => {
    const answers = createKeptAnswers({ maxBytes: 1_000_000, maxEach: 500_000 });
    give(answers, "first", "1");
    for (let at = 0; at < 64; at += 1) give(answers, `other ${at}`, "2");
    give(answers, "first", "1");
    expect(ask(answers, "first")).toBeNull();
    twice(answers, "k".repeat(5_000), "3");
    expect(ask(answers, "k".repeat(5_000))).toBeNull();
  });
});
