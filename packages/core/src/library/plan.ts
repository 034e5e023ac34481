import type { FailureClass } from "../webdav/index.ts";

/** What happened to a folder that was asked for. */
export type Observation =
  | { readonly kind: "listed"; readonly folder: string; readonly subfolders: readonly string[] }
  | { readonly kind: "failed"; readonly folder: string; readonly failure: FailureClass };

/** `failed` folders are final: they are recorded, their subtrees stay unknown. */
export interface PlanStep {
  readonly requests: readonly string[];
  readonly failed: readonly string[];
}

/** `stopped`: nothing more is to be asked now; the round stays open and is gone on with later. */
export type PlanState =
  | { readonly kind: "walking" }
  | { readonly kind: "done"; readonly isComplete: boolean }
  | { readonly kind: "stopped" };

/** Decides which folders to list: no clock, no fetch, no database. */
export interface ScanPlan {
  observe(observation: Observation): PlanStep;
  state(): PlanState;
}

export interface PlanLimits {
  /** How often a folder is asked for before it counts as failed, throttled answers aside. */
  readonly maxTries: number;
  /** Transient failures in a row, over all folders, after which the server counts as down. */
  readonly maxFailuresInARow: number;
  /** Throttled answers in a row after which the scan stops for now. */
  readonly maxThrottledInARow: number;
  /** Deepest folder listed: a loop of links ends here. */
  readonly maxDepth: number;
}

export const defaultPlanLimits: PlanLimits = {
  maxTries: 3,
  maxFailuresInARow: 24,
  maxThrottledInARow: 8,
  maxDepth: 64,
};

/** Breadth first from `pending`: the root for a new round, the folders left for a resumed one. */
export function createScanPlan(pending: readonly string[], limits: PlanLimits = defaultPlanLimits): ScanPlan {
  const triesByFolder = new Map<string, number>(pending.map((folder) => [folder, 0]));
  let isComplete = true;
  let isStopped = false;
  let failuresInARow = 0;
  let throttledInARow = 0;

  const giveUp = (folder: string, failure: FailureClass): PlanStep => {
    // Without the root there is no outcome: the round stays open, and the root is asked for again.
    if (folder === "") {
      isStopped = true;
      return nothing;
    }
    triesByFolder.delete(folder);
    if (failure !== "permanent") isComplete = false;
    return { requests: [], failed: [folder] };
  };
  const fail = (folder: string, failure: FailureClass): PlanStep => {
    if (failure === "credentials") isStopped = true;
    if (failure === "throttle") throttledInARow += 1;
    if (failure === "transient") failuresInARow += 1;
    if (throttledInARow >= limits.maxThrottledInARow || failuresInARow >= limits.maxFailuresInARow)
      isStopped = true;
    if (isStopped) return nothing;
    if (failure === "permanent") return giveUp(folder, failure);
    const tries = (triesByFolder.get(folder) ?? 0) + (failure === "throttle" ? 0 : 1);
    if (tries >= limits.maxTries) return giveUp(folder, failure);
    triesByFolder.set(folder, tries);
    return { requests: [folder], failed: [] };
  };
  const descend = (folder: string, subfolders: readonly string[]): PlanStep => {
    failuresInARow = 0;
    throttledInARow = 0;
    triesByFolder.delete(folder);
    const isTooDeep = folder !== "" && folder.split("/").length >= limits.maxDepth;
    if (isTooDeep) return { requests: [], failed: subfolders };
    for (const subfolder of subfolders) triesByFolder.set(subfolder, 0);
    return { requests: subfolders, failed: [] };
  };

  return {
    observe: (observation) => {
      if (!triesByFolder.has(observation.folder)) return nothing;
      return observation.kind === "listed"
        ? descend(observation.folder, observation.subfolders)
        : fail(observation.folder, observation.failure);
    },
    state: () => {
      if (isStopped) return { kind: "stopped" };
      return triesByFolder.size === 0 ? { kind: "done", isComplete } : { kind: "walking" };
    },
  };
}

const nothing: PlanStep = { requests: [], failed: [] };
