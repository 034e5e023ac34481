import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FailureClass } from "../webdav/index.ts";
import { judgeAbsence } from "./guard.ts";
import { createPace, defaultPaceLimits } from "./pace.ts";
import { createScanPlan } from "./plan.ts";

const kinds = ["listed", "permanent", "transient", "throttle"] as const;

describe("[LS7] the plan asks for every folder and ends", () => {
  it("[LS7] whatever happens, in whatever order the answers come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 200 }),
        fc.infiniteStream(fc.nat(1_000)),
        (script, order) => {
          const plan = createScanPlan([""], {
            maxTries: 3,
            maxFailuresInARow: 99,
            maxThrottledInARow: 99,
            maxDepth: 64,
          });
          const open = [""];
          const listed = new Set<string>();
          const failed = new Set<string>();
          const known = new Set<string>([""]);
          let step = 0;
          while (plan.state().kind === "walking" && step < 5_000) {
            const [folder = ""] = open.splice((order.next().value ?? 0) % open.length, 1);
            const kind = folder === "" || step >= script.length ? "listed" : (script[step] ?? "listed");
            step += 1;
            const depth = folder === "" ? 0 : folder.split("/").length;
            const subfolders =
              depth < 3 ? [`${folder}/a`, `${folder}/b`].map((path) => path.replace(/^\//, "")) : [];
            if (kind === "listed") {
              expect(listed.has(folder)).toBe(false);
              listed.add(folder);
              for (const subfolder of subfolders) known.add(subfolder);
            }
            const answer =
              kind === "listed"
                ? plan.observe({ kind, folder, subfolders })
                : plan.observe({ kind: "failed", folder, failure: kind });
            open.push(...answer.requests);
            for (const one of answer.failed) failed.add(one);
          }
          expect(plan.state().kind).toBe("done");
          expect(new Set([...listed, ...failed])).toEqual(known);
          expect([...listed].filter((folder) => failed.has(folder))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each<[FailureClass, object]>([
    ["permanent", { kind: "done", isComplete: true }],
    ["transient", { kind: "done", isComplete: false }],
    ["credentials", { kind: "stopped" }],
  ])("[LS7] a folder that is refused (%s) leaves the round %o", (failure, state) => {
    const plan = createScanPlan([""]);
    plan.observe({ kind: "listed", folder: "", subfolders: ["a"] });
    for (let tries = 0; tries < 3; tries += 1) plan.observe({ kind: "failed", folder: "a", failure });
    expect(plan.state()).toEqual(state);
  });

  it.each<FailureClass>(["permanent", "transient", "credentials"])(
    "[LS7] without the root (%s) there is no outcome",
    (failure) => {
      const plan = createScanPlan([""]);
      for (let tries = 0; tries < 3; tries += 1)
        expect(plan.observe({ kind: "failed", folder: "", failure }).failed).toEqual([]);
      expect(plan.state()).toEqual({ kind: "stopped" });
    },
  );

  it("[LS7] a loop of links ends at the deepest folder that is listed", () => {
    const plan = createScanPlan([""]);
    let folder = "";
    let listed = 0;
    while (plan.state().kind === "walking") {
      const below = folder === "" ? "loop" : `${folder}/loop`;
      plan.observe({ kind: "listed", folder, subfolders: [below] });
      folder = below;
      listed += 1;
    }
    expect(listed).toBe(65);
  });

  it("[LS7] an answer nobody asked for changes nothing", () => {
    const plan = createScanPlan([""]);
    expect(plan.observe({ kind: "listed", folder: "x", subfolders: ["x/y"] })).toEqual({
      requests: [],
      failed: [],
    });
    expect(plan.state()).toEqual({ kind: "walking" });
  });
});

describe("[LS6] the pace", () => {
  it("[LS6] stays within its limits and slows down on every new throttling", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("good", "throttled", "told"), { maxLength: 2_000 }), (events) => {
        const pace = createPace(() => 0.5);
        let nowMs = 0;
        for (const event of events) {
          nowMs += 10;
          const before = pace.limit();
          if (event === "good") pace.succeeded();
          else pace.throttled(nowMs, event === "told" ? 5_000 : null);
          if (event === "told") expect(pace.pausedUntilMs()).toBeGreaterThanOrEqual(nowMs + 5_000);
          expect(pace.limit()).toBeLessThanOrEqual(event === "good" ? before + 1 : before);
          expect(pace.limit()).toBeGreaterThanOrEqual(defaultPaceLimits.min);
          expect(pace.limit()).toBeLessThanOrEqual(defaultPaceLimits.max);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("[LB7] the guard", () => {
  it.each([
    [{ known: 10_000, absent: 2_000, isRootEmpty: false }, null],
    [{ known: 10_000, absent: 2_001, isRootEmpty: false }, "many_missing"],
    [{ known: 1_500, absent: 1_000, isRootEmpty: false }, null],
    [{ known: 1_500, absent: 1_001, isRootEmpty: false }, "many_missing"],
    [{ known: 3, absent: 3, isRootEmpty: false }, null],
    [{ known: 3, absent: 3, isRootEmpty: true }, "root_empty"],
    [{ known: 0, absent: 0, isRootEmpty: true }, null],
  ])("[LB7] %o → %s", (outcome, verdict) => expect(judgeAbsence(outcome)).toBe(verdict));
});
