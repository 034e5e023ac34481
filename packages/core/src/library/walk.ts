import type { Clock } from "../clock/index.ts";
import { ReliteError } from "../errors/index.ts";
import { classifyFailure, type DavClient, DavFault } from "../webdav/index.ts";
import { type Committer, createCommitter, type Tally } from "./commit.ts";
import { addCounts } from "./counts.ts";
import { isOtherServer } from "./guard.ts";
import { type AnswerFacts, type Listing, listFolder } from "./listing.ts";
import type { Pace } from "./pace.ts";
import type { Observation, PlanState, ScanPlan } from "./plan.ts";
import type { RoundCounts, ScanStore } from "./scan-store.ts";

/** Another server product answers at the address: nothing of it was read into the index. */
export class OtherServer extends Error {
  override readonly name = "OtherServer";
  readonly serverNow: string;

  constructor(serverNow: string) {
    super("Another server answers at this address.");
    this.serverNow = serverNow;
  }
}

export interface WalkInput {
  readonly userId: string;
  readonly connectionId: string;
  readonly round: number;
  readonly counts: RoundCounts;
  readonly pending: readonly string[];
  readonly plan: ScanPlan;
  readonly pace: Pace;
  readonly client: DavClient;
  readonly scans: ScanStore;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly serverIdentity: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (counts: RoundCounts) => void;
  /** Longest pause that is waited for; a longer one ends the walk for now. */
  readonly maxPauseMs: number;
}

export interface WalkResult {
  readonly counts: RoundCounts;
  readonly state: PlanState;
  readonly serverIdentity: string | null;
  /** What ended the walk, when the state is `stopped`. */
  readonly lastFault: unknown;
}

/** What the walk and the requests under way share. */
interface Run {
  readonly input: WalkInput;
  readonly queue: string[];
  readonly inFlight: Set<string>;
  readonly committer: Committer;
  readonly tally: Tally;
  /** Ends the requests under way once nothing more is wanted. */
  readonly inner: AbortController;
  fatal: { readonly error: unknown } | null;
  lastFault: unknown;
  identity: string | null;
  wake: () => void;
}

/**
 * Performs the plan's requests, as many at once as the pace allows, and commits every finished folder with its
 * children. An abort or a failing store ends it; what was finished by then is committed.
 */
export async function walk(input: WalkInput): Promise<WalkResult> {
  const run = createRun(input);
  while (true) {
    if (input.signal.aborted) run.fatal ??= { error: input.signal.reason };
    run.committer.start();
    const isOver = run.fatal !== null || input.plan.state().kind !== "walking";
    if (isOver && run.inFlight.size === 0 && run.committer.uncommitted() === 0) break;
    if (isOver) run.inner.abort(new ReliteError("cancelled", "The scan stops."));
    else launchAll(run);
    await somethingHappens(run);
  }
  if (run.fatal !== null) throw run.fatal.error;
  const { tally, identity, lastFault } = run;
  return { counts: tally.now(), state: input.plan.state(), serverIdentity: identity, lastFault };
}

function createRun(input: WalkInput): Run {
  let counts = input.counts;
  const tally: Tally = {
    now: () => counts,
    add: (more) => {
      counts = addCounts(counts, more);
    },
  };
  const committer = createCommitter({
    ...input,
    tally,
    onCommitted: () => {
      input.onProgress(counts);
      run.wake();
    },
    onFailed: (error) => {
      run.fatal ??= { error };
    },
  });
  const run: Run = {
    input,
    queue: [...input.pending],
    inFlight: new Set(),
    committer,
    tally,
    inner: new AbortController(),
    fatal: null,
    lastFault: null,
    identity: null,
    wake: () => undefined,
  };
  return run;
}

function launchAll(run: Run): void {
  const { plan, pace } = run.input;
  while (pauseMsOf(run) <= 0 && run.queue.length > 0 && run.inFlight.size < pace.limit()) {
    if (atRisk(run) >= maxAtRisk(run) || plan.state().kind !== "walking") return;
    launch(run, run.queue.shift() ?? "");
  }
}

/** Folders that a kill now would make us list again: asked for or waiting to be committed. */
function atRisk(run: Run): number {
  return run.inFlight.size + run.committer.uncommitted();
}

/** A scan that is killed once costs at most 2 % more requests, on trees large enough to have that many. */
function maxAtRisk(run: Run): number {
  const known = run.tally.now().folders + run.queue.length + atRisk(run);
  return Math.max(minAtRisk, Math.floor(known * maxRepeatedShare));
}

const minAtRisk = 40;
const maxRepeatedShare = 0.02;

function pauseMsOf({ input: { pace, clock } }: Run): number {
  return pace.pausedUntilMs() - clock.nowMs();
}

/** A request or a commit ends, the pause is over, or the caller aborts. */
async function somethingHappens(run: Run): Promise<void> {
  const { input } = run;
  const pauseMs = pauseMsOf(run);
  const isQuiet = run.inFlight.size === 0 && run.committer.uncommitted() === 0;
  if (!isQuiet) {
    await new Promise<void>((resolve) => {
      run.wake = resolve;
    });
  } else if (pauseMs > input.maxPauseMs) {
    run.fatal ??= { error: new DavFault("throttled", { retryAfterMs: pauseMs }) };
  } else if (pauseMs > 0) {
    await input.clock.sleep(pauseMs, input.signal).catch(() => undefined);
  }
}

function launch(run: Run, folder: string): void {
  run.inFlight.add(folder);
  list(run, folder)
    .then(
      (listing) => listed(run, folder, listing),
      (error: unknown) => failed(run, folder, error),
    )
    .finally(() => {
      run.inFlight.delete(folder);
      run.wake();
    });
}

async function list(run: Run, folder: string): Promise<Listing> {
  const { client, signal, serverIdentity } = run.input;
  const onAnswer = (answer: AnswerFacts) => {
    run.identity ??= answer.serverIdentity;
    run.tally.add({ bytes: answer.bytes, requests: 1 });
  };
  const listing = await listFolder(client, folder, {
    signal: AbortSignal.any([signal, run.inner.signal]),
    onAnswer,
  });
  if (isOtherServer(serverIdentity, run.identity)) throw new OtherServer(run.identity ?? "");
  return listing;
}

function listed(run: Run, folder: string, listing: Listing): void {
  run.input.pace.succeeded();
  run.committer.put({ folder, listing });
  observe(run, { kind: "listed", folder, subfolders: listing.folders.map((one) => one.path) });
}

function failed(run: Run, folder: string, error: unknown): void {
  const { plan, pace, clock } = run.input;
  if (run.inner.signal.aborted || run.input.signal.aborted) return;
  if (error instanceof OtherServer) {
    run.fatal ??= { error };
    return;
  }
  if (plan.state().kind === "walking") run.lastFault = error;
  if (error instanceof DavFault && (error.reason === "throttled" || error.reason === "timed_out"))
    pace.throttled(clock.nowMs(), error.retryAfterMs);
  run.tally.add({ requests: 1 });
  observe(run, { kind: "failed", folder, failure: classifyFailure(error) });
}

function observe(run: Run, observation: Observation): void {
  const step = run.input.plan.observe(observation);
  run.queue.push(...step.requests);
  run.committer.put(...step.failed.map((folder) => ({ folder, listing: null })));
}
