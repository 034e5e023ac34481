import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Grant, grantToCapability, intersectGrants, parseGrant } from "./capability.ts";
import {
  appCapability,
  type Capability,
  covers,
  coversAsWritten,
  parseAppId,
  parsePathSegments,
} from "./index.ts";

/** Few names, so that prefixes, equals and near misses all happen often. */
const name = fc.constantFrom("a", "ab", "b", "é", "notes", "notes2");
const appId = fc.constantFrom("a", "ab", "relite");
const path = fc.array(name, { maxLength: 3 });
const action = fc.constantFrom("read" as const, "write" as const);
const appGrant = fc.record({
  scheme: fc.constant("app"),
  path: fc.oneof(
    fc.constant([]),
    fc.tuple(appId, path).map(([app, inner]) => [app, ...inner]),
  ),
  write: fc.boolean(),
});
const otherGrant = fc.record({
  scheme: fc.constantFrom("profile", "access", "library", "chat"),
  path: fc.constant([]),
  write: fc.boolean(),
});
const grant: fc.Arbitrary<Grant> = fc.oneof({ weight: 4, arbitrary: appGrant }, otherGrant);
const grants = fc.array(grant, { maxLength: 6 });
const anyCapability = fc.record({ with: fc.string({ unit: "binary" }), can: fc.string() });
const allows = (held: readonly Grant[], needed: Grant) =>
  held.some((one) => covers(grantToCapability(one), grantToCapability(needed)));

describe("covers", () => {
  it("[UCAN14] is reflexive and transitive", () => {
    fc.assert(
      fc.property(grant, grant, grant, (first, second, third) => {
        const [a, b, c] = [grantToCapability(first), grantToCapability(second), grantToCapability(third)];
        expect(covers(a, a)).toBe(true);
        if (covers(a, b) && covers(b, c)) expect(covers(a, c)).toBe(true);
      }),
    );
  });

  it("[UCAN14] is said of texts alone only where it holds, and then of all but `app:*`", () => {
    fc.assert(
      fc.property(grant, appId, path, action, (one, app, inner, verb) => {
        const held = grantToCapability(one);
        const needed = appCapability(app, inner, verb);
        const isTold = held.with !== "app:*";
        expect(coversAsWritten(held, needed)).toBe(isTold && covers(held, needed));
      }),
    );
  });

  it("[UCAN14] holds exactly for the same path or one below, with read or the same action", () => {
    fc.assert(
      fc.property(
        appId,
        path,
        action,
        appId,
        path,
        action,
        (app, inner, can, otherApp, otherInner, otherCan) => {
          const held = appCapability(app, inner, can);
          const needed = appCapability(otherApp, otherInner, otherCan);
          const below = `/${[otherApp, ...otherInner].join("/")}/`.startsWith(
            `/${[app, ...inner].join("/")}/`,
          );
          expect(covers(held, needed)).toBe(below && (can === "write" || otherCan === "read"));
        },
      ),
    );
  });

  it("[UCAN14] never holds for what is not understood", () => {
    fc.assert(
      fc.property(anyCapability, grant, (odd, known) => {
        fc.pre(parseGrant(odd) === null);
        expect(covers(odd, grantToCapability(known))).toBe(false);
        expect(covers(grantToCapability(known), odd)).toBe(false);
        expect(covers(odd, odd)).toBe(false);
      }),
    );
  });

  it.each<[Capability, Capability, boolean]>([
    [{ with: "app:a", can: "write" }, { with: "app:a", can: "app/write" }, true],
    [{ with: "app:a", can: "write" }, { with: "app:a", can: "read" }, true],
    [{ with: "app:a", can: "read" }, { with: "app:a", can: "app/write" }, false],
    [{ with: "app:*", can: "app/read" }, { with: "app:a/b", can: "app/read" }, true],
    [{ with: "app:a", can: "app/read" }, { with: "app:*", can: "app/read" }, false],
    [{ with: "library:", can: "library/write" }, { with: "library:", can: "library/read" }, true],
    [{ with: "profile:", can: "profile/read" }, { with: "profile:", can: "profile/write" }, false],
  ])("[UCAN14] %j covers %j: %j", (held, needed, expected) => expect(covers(held, needed)).toBe(expected));
});

describe("intersection", () => {
  it("[UCAN13] allows exactly what both sides allow, and never grows", () => {
    fc.assert(
      fc.property(grants, grants, grant, (left, right, needed) => {
        const both = intersectGrants(left, right);
        expect(allows(both, needed)).toBe(allows(left, needed) && allows(right, needed));
        expect(both.length).toBeLessThanOrEqual(left.length + right.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("grammar", () => {
  it("[UCAN14] reads back what it writes", () => {
    fc.assert(
      fc.property(grant, (one) => {
        expect(parseGrant(grantToCapability(one))).toEqual(one);
      }),
    );
  });

  it("[UCAN14] a capability for a path covers that path and nothing outside it", () => {
    fc.assert(
      fc.property(
        appId,
        fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 4 }),
        (app, raw) => {
          const url = `/${[app, ...raw.map(encodeURIComponent)].join("/")}`;
          const parsed = parsePathSegments(url);
          fc.pre(parsed.ok && !raw.some((one) => one.includes("/")));
          if (!parsed.ok) return;
          const needed = appCapability(app, parsed.segments.slice(1), "read");
          expect(parseGrant(needed)?.path).toEqual(parsed.segments);
          expect(covers({ with: `app:${app}`, can: "read" }, needed)).toBe(true);
          expect(covers({ with: `app:${app}x`, can: "read" }, needed)).toBe(false);
        },
      ),
    );
  });

  it.each(["a", "relite", "a.b", "a-b_c", "0", "localhost-4040", "a".repeat(128)])(
    "[UCAN14] %s is an app id",
    (text) => expect(parseAppId(text)).toBe(text),
  );

  it.each([
    "",
    "A",
    ".a",
    "a.",
    "-a",
    "a-",
    "_a",
    "a/b",
    "a b",
    "a:b",
    "*",
    "..",
    "é",
    "a".repeat(129),
    "a\n",
  ])("[UCAN14] %j is no app id", (text) => expect(parseAppId(text)).toBeNull());

  it.each<[string, readonly string[]]>([
    ["Relite", []],
    ["*", []],
    ["relite", [".."]],
    ["relite", ["a/b"]],
    ["relite", [""]],
    ["relite", ["cafe\u0301"]],
  ])("[UCAN14] makes no capability for %j %j", (app, segments) =>
    expect(() => appCapability(app, segments, "read")).toThrow(expect.objectContaining({ code: "bad_path" })),
  );
});
