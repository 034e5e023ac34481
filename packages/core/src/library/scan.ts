import type { Clock } from "../clock/index.ts";
import { type DavClient, folderOf } from "../webdav/index.ts";
import { addCounts } from "./counts.ts";
import { createPace } from "./pace.ts";
import { createScanPlan } from "./plan.ts";
import type { Proposal, ProposalRepository } from "./proposal.ts";
import type { FolderState, Round, RoundCounts, ScanStore } from "./scan-store.ts";
import { type Settlement, settleRound } from "./settle.ts";
import { OtherServer, type WalkResult, walk } from "./walk.ts";

export interface ScanInput {
  readonly userId: string;
  readonly connectionId: string;
  readonly client: DavClient;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
  /** Which server product is expected; null: any. */
  readonly serverIdentity: string | null;
  readonly signal: AbortSignal;
  readonly onProgress?: (counts: RoundCounts) => void;
  /** A round that was begun before this is not gone on with: the address was another one then. */
  readonly freshFromMs?: number;
  /** Longest pause a server may ask for within a scan. Default one minute. */
  readonly maxPauseMs?: number;
}

export interface ScanOutcome {
  readonly round: number;
  readonly counts: RoundCounts;
  /** Every folder was listed, or is refused for good. */
  readonly isComplete: boolean;
  /** What waits for the user, when a guard held the outcome back. */
  readonly proposal: Proposal | null;
  readonly settlement: Settlement | null;
  readonly serverIdentity: string | null;
}

/**
 * Lists a connection's whole tree, brings the index up to date folder by folder, and settles what was not seen.
 * A kill at any point is gone on with by the next call. Throws the server's fault when it went away, refused the
 * credentials or asked for a long pause (the round stays open), and the signal's reason when aborted.
 */
export async function scanConnection(input: ScanInput): Promise<ScanOutcome> {
  const { userId, connectionId, scans, clock } = input;
  const nowMs = clock.nowMs();
  const staleBeforeMs = Math.max(nowMs - maxRoundAgeMs, input.freshFromMs ?? 0);
  const round = await scans.openRound(userId, connectionId, { nowMs, staleBeforeMs });
  const folders = round.resumed ? await scans.listFolderStates(userId, connectionId) : [];
  try {
    const walked = await walkRound(
      input,
      round,
      round.resumed ? pendingFolders(folders, round.number) : [""],
    );
    const hadFailures = folders.some((folder) => folder.failedRound === round.number && !folder.isGone);
    const isComplete = walked.state.kind === "done" && walked.state.isComplete && !hadFailures;
    return await finishRound(input, round, walked, isComplete);
  } catch (error) {
    if (!(error instanceof OtherServer)) throw error;
    return await proposeServer(input, round, error.serverNow);
  }
}

/** What was listed longer ago says too little about now. */
const maxRoundAgeMs = 12 * 3_600_000;

/** The folders a resumed round has still to list: known, not gone, under a listed one, neither listed nor failed yet. */
export function pendingFolders(folders: readonly FolderState[], round: number): readonly string[] {
  const byPath = new Map(folders.map((folder) => [folder.path, folder]));
  return folders
    .filter((folder) => {
      if (folder.isGone || folder.listedRound === round || folder.failedRound === round) return false;
      return folder.path === "" || byPath.get(folderOf(folder.path))?.listedRound === round;
    })
    .map((folder) => folder.path);
}

async function walkRound(input: ScanInput, round: Round, pending: readonly string[]): Promise<WalkResult> {
  const walked = await walk({
    ...input,
    round: round.number,
    counts: round.counts,
    pending,
    plan: createScanPlan(pending),
    pace: createPace(input.random),
    onProgress: input.onProgress ?? (() => undefined),
    maxPauseMs: input.maxPauseMs ?? 60_000,
  });
  if (walked.state.kind === "stopped") throw walked.lastFault;
  return walked;
}

async function finishRound(
  input: ScanInput,
  round: Round,
  walked: WalkResult,
  isComplete: boolean,
): Promise<ScanOutcome> {
  const { userId, connectionId, scans, clock } = input;
  const at = { ...input, round: round.number, isComplete, added: walked.counts.added, nowMs: clock.nowMs() };
  const settlement = await settleRound(at);
  const { missing, requests, proposal } = settlement;
  const counts = addCounts(walked.counts, { missing, requests });
  const status = isComplete ? "complete" : "partial";
  await scans.closeRound(userId, connectionId, round.number, { status, counts, nowMs: clock.nowMs() });
  input.onProgress?.(counts);
  const { serverIdentity } = walked;
  return { round: round.number, counts, isComplete, proposal, settlement, serverIdentity };
}

/** Another server may hold another library: its tree is not read before the user says that it is the right one. */
async function proposeServer(input: ScanInput, round: Round, serverNow: string): Promise<ScanOutcome> {
  const { userId, connectionId, scans, proposals, clock, serverIdentity } = input;
  const nowMs = clock.nowMs();
  const proposal = await proposals.propose(userId, {
    id: input.createId(),
    userId,
    connectionId,
    kind: "server_changed",
    status: "open",
    round: round.number,
    vanished: 0,
    known: 0,
    sample: [],
    serverBefore: serverIdentity,
    serverNow,
    createdAtMs: nowMs,
    decidedAtMs: null,
  });
  const { counts } = round;
  await scans.closeRound(userId, connectionId, round.number, { status: "aborted", counts, nowMs });
  return { round: round.number, counts, isComplete: false, proposal, settlement: null, serverIdentity };
}
