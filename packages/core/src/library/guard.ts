import type { ProposalKind } from "./proposal.ts";

const maxVanishedShare = 0.2;
const minVanished = 1_000;

/**
 * Whether an outcome has to wait for the user: an empty root while books are known, or more than
 * max(20 %, 1,000) of them vanished. Null: it may be applied.
 */
export function judgeAbsence(outcome: {
  readonly known: number;
  readonly absent: number;
  readonly isRootEmpty: boolean;
}): Extract<ProposalKind, "many_missing" | "root_empty"> | null {
  if (outcome.absent === 0) return null;
  if (outcome.isRootEmpty) return "root_empty";
  return outcome.absent > Math.max(outcome.known * maxVanishedShare, minVanished) ? "many_missing" : null;
}

/** Whether another server product answers than before; unknown ones prove nothing. */
export function isOtherServer(before: string | null, now: string | null): boolean {
  return before !== null && now !== null && before !== now;
}
