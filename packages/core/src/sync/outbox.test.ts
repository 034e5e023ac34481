import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySyncStore, seededRandom } from "../testing/index.ts";
import { isAlive, readFields } from "./entity-state.ts";
import { fold } from "./fold.ts";
import { type Change, placeDrafts, stageChanges } from "./outbox.ts";
import { wholeTable } from "./store.ts";

const nowMs = Date.UTC(2026, 0, 1);
const staging = (group: string) => ({ nowMs, random: seededRandom(1), group });

describe("changes on their way in", () => {
  const entity = "session/1";
  const bad: readonly (readonly [string, Change])[] = [
    ["an entity without an id", { kind: "set", entity: "session/", field: "title", value: 1 }],
    ["an entity with a slash too many", { kind: "set", entity: "a/b/c/d/e", field: "title", value: 1 }],
    ["an entity with NUL", { kind: "delete", entity: "session/\u0000" }],
    ["an entity of 1,000 characters", { kind: "delete", entity: `session/${"x".repeat(1_000)}` }],
    ["the field __proto__", { kind: "set", entity, field: "__proto__", value: 1 }],
    ["an empty field", { kind: "set", entity, field: "", value: 1 }],
    ["a lone surrogate", { kind: "set", entity, field: "title", value: "\ud800" }],
    ["a lone surrogate in a key", { kind: "set", entity, field: "title", value: { "\udc00": 1 } }],
    [
      "a key that reaches the prototype",
      { kind: "set", entity, field: "title", value: JSON.parse('{"__proto__":1}') },
    ],
    ["not a number", { kind: "set", entity, field: "title", value: Number.NaN }],
    ["infinity", { kind: "set", entity, field: "title", value: [Number.POSITIVE_INFINITY] }],
    ["over a megabyte", { kind: "set", entity, field: "title", value: "x".repeat(1_048_577) }],
    [
      "17 levels",
      { kind: "set", entity, field: "title", value: JSON.parse(`${"[".repeat(18)}${"]".repeat(18)}`) },
    ],
  ];
  it.each(bad)("[SYN6] %s is refused, and the changes beside it with it", async (_name, change) => {
    const store = memorySyncStore();
    const good: Change = { kind: "set", entity, field: "title", value: "fine" };
    const staged = store.write((writer) => stageChanges(writer, [good, change], staging("1")));
    await expect(staged).rejects.toMatchObject({ code: "bad_request", reason: "bad_change" });
    expect(await store.read((reader) => reader.list("entities", wholeTable))).toEqual([]);
    expect(await store.read((reader) => reader.list("drafts", wholeTable))).toEqual([]);
  });
});

describe("the outbox", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("set" as const),
      entity: fc.constantFrom("session/1", "session/2", "message/1/a"),
      field: fc.constantFrom("title", "body"),
    }),
    fc.record({ kind: fc.constant("delete" as const), entity: fc.constantFrom("session/1", "session/2") }),
    fc.record({
      kind: fc.constant("place" as const),
      held: fc.constantFrom("session/1", "session/2", "none"),
    }),
  );

  it("[SYN2] what is shown never changes when drafts find their place, and ends as the fold of the lane", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const store = memorySyncStore();
        const random = seededRandom(3);
        const shown = () =>
          store.read(async (reader) =>
            (await reader.list("entities", wholeTable)).map(({ key, value }) => [
              key,
              isAlive(value),
              [...readFields(value)].sort(),
            ]),
          );
        for (const [at, one] of steps.entries()) {
          if (one.kind === "place") {
            const before = await shown();
            await store.write((writer) => placeDrafts(writer, random, (group) => group === one.held));
            expect(await shown()).toEqual(before);
            continue;
          }
          const change: Change = one.kind === "set" ? { ...one, value: at } : one;
          await store.write((writer) => stageChanges(writer, [change], { nowMs, random, group: one.entity }));
        }
        await store.write((writer) => placeDrafts(writer, random, () => false));
        const [ops, states] = await store.read(async (reader) => [
          (await reader.list("ops", wholeTable)).map(({ value }) => value),
          (await reader.list("entities", wholeTable)).map(({ key, value }) => [key, value] as const),
        ]);
        expect(JSON.stringify(states)).toBe(JSON.stringify([...fold(ops)].sort()));
      }),
      { numRuns: 300 },
    );
  });
});
