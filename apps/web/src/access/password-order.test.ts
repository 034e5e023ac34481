import { newSeed } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { createIdentity } from "../identity/identity.ts";
import { capabilityOf, daysToGive, emptyOrder, folderSegments, problemOfOrder } from "./password-order.ts";

const dayMs = 86_400_000;
const order = { ...emptyOrder, label: "Reader" };

describe("the order for an app password", () => {
  it("[WAC1] names one app or one folder of it, to read or to write", () => {
    expect(capabilityOf(order)).toEqual({ with: "app:files", can: "app/write" });
    expect(capabilityOf({ ...order, folder: "/notes/2026/", action: "read" })).toEqual({
      with: "app:files/notes/2026",
      can: "app/read",
    });
    expect(folderSegments("Cafe\u0301")).toEqual(["Caf\u00e9"]);
    expect(folderSegments(" / ")).toEqual([]);
  });

  it.each([
    [{}, null],
    [{ days: 365 }, null],
    [{ label: "  " }, "no_label"],
    [{ app: "" }, "bad_app"],
    [{ app: "Files" }, "bad_app"],
    [{ app: "files/notes" }, "bad_app"],
    [{ app: "*" }, "bad_app"],
    [{ folder: "a//b" }, "bad_folder"],
    [{ folder: "../other" }, "bad_folder"],
    [{ folder: "a\\b" }, "bad_folder"],
    [{ days: 0 }, "bad_days"],
    [{ days: 366 }, "bad_days"],
    [{ days: 1.5 }, "bad_days"],
    [{ days: Number.NaN }, "bad_days"],
  ])("[WAC1] %j → %s", (change, problem) =>
    expect(problemOfOrder({ ...order, ...change }, 365)).toBe(problem),
  );

  it("[WAC2] lasts 365 days at most, on a device without the owner key no longer than its own delegation", async () => {
    const nowMs = Date.UTC(2026, 10, 22);
    const identity = await createIdentity({ seed: newSeed(), deviceName: "Firefox", nowMs });
    const device = { ...identity, ownerKeys: null };
    expect(daysToGive(identity, nowMs)).toBe(365);
    expect(daysToGive(device, nowMs)).toBe(30);
    expect(daysToGive(device, nowMs + 1)).toBe(29);
    expect(daysToGive(device, nowMs + 29.5 * dayMs)).toBe(0);
    expect(daysToGive(device, nowMs + 400 * dayMs)).toBe(0);
  });
});
