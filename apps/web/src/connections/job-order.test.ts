import { describe, expect, it } from "vitest";
import type { JobRow } from "../api/rows.ts";
import { isOver, newerJob } from "./job-order.ts";

const job = (
  id: string,
  revision: number,
  createdAt: string,
  status: JobRow["status"] = "running",
): JobRow => ({
  id,
  revision,
  createdAt,
  status,
  connectionId: "c",
  trigger: "manual",
  progress: { folders: 0, files: 0, added: 0, changed: 0, missing: 0, restored: 0, bytes: 0, requests: 0 },
  failure: null,
  cancelRequested: false,
  startedAt: null,
  finishedAt: null,
});

const [early, late] = ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"];

describe("reports of jobs", () => {
  it("[WCN4] of one job the later revision counts, however they arrive", () => {
    const [first, second] = [job("a", 1, early), job("a", 2, early, "done")];
    expect(newerJob(first, second)).toBe(second);
    expect(newerJob(second, first)).toBe(second);
    expect(isOver(second)).toBe(true);
  });

  it("[WCN4] of two jobs the newer one counts", () => {
    const [old, young] = [job("a", 9, early, "done"), job("b", 1, late)];
    expect(newerJob(old, young)).toBe(young);
    expect(newerJob(young, old)).toBe(young);
    expect(newerJob(undefined, old)).toBe(old);
  });
});
