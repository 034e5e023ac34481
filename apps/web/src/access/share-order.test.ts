import { describe, expect, it } from "vitest";
import { labelOfShare, nameOfPlace, pathOf, type SharedPlace, shareCapability } from "./share-order.ts";

const folder = { app: "files", folder: ["notes", "2026"], file: null };
const file = { ...folder, file: "plan.txt" };
const whole = { app: "files", folder: [], file: null };

describe("the order for a share link", () => {
  it("[WAC6] reads one file, one folder or a whole app, and nothing else", () => {
    const capabilityOf = (place: SharedPlace) => shareCapability({ place, label: "", days: 7 });
    expect(capabilityOf(file)).toEqual({ with: "app:files/notes/2026/plan.txt", can: "app/read" });
    expect(capabilityOf(folder)).toEqual({ with: "app:files/notes/2026", can: "app/read" });
    expect(capabilityOf(whole)).toEqual({ with: "app:files", can: "app/read" });
    expect(() => capabilityOf({ ...folder, folder: [".."] })).toThrow("Not an app id or not a path");
    expect(pathOf(whole)).toEqual([]);
  });

  it("[WAC6] is called as the user says, else after what it opens, in 100 characters", () => {
    const labelOf = (label: string, place: SharedPlace = file) => labelOfShare({ place, label, days: 7 });
    expect(labelOf("  for Ben ")).toBe("for Ben");
    expect(labelOf(" ")).toBe("plan.txt");
    expect([nameOfPlace(folder), nameOfPlace(whole)]).toEqual(["2026", "files"]);
    expect(labelOf("", { ...file, file: "a".repeat(255) })).toBe(`${"a".repeat(99)}…`);
    expect(labelOf("", { ...file, file: `a${"\u{1f600}".repeat(60)}` })).toBe(`a${"\u{1f600}".repeat(49)}…`);
  });
});
