import type { Proposal, ProposalRepository, ScanStore } from "../library/index.ts";
import type { ConnectionRepository } from "./repository.ts";

interface Parts {
  readonly connections: ConnectionRepository;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
}

interface Decision {
  readonly userId: string;
  readonly id: string;
  readonly accept: boolean;
  readonly nowMs: number;
}

/** Applies or drops what a proposal holds back, then closes it; null when it is not there or not open. */
export async function decideProposal(
  parts: Parts,
  { userId, id, accept, nowMs }: Decision,
): Promise<Proposal | null> {
  const proposal = await parts.proposals.get(userId, id);
  if (proposal?.status !== "open") return null;
  const { connectionId, round } = proposal;
  if (proposal.kind !== "server_changed") {
    const decision = accept ? ({ kind: "accept", nowMs } as const) : ({ kind: "forget" } as const);
    await parts.scans.settleAbsent(userId, connectionId, round, decision);
    const connection = await parts.connections.get(userId, connectionId);
    if (connection?.failure?.reason === proposal.kind)
      await parts.connections.update(userId, connectionId, { failure: null });
  } else if (accept) {
    const known = {
      serverIdentity: proposal.serverNow,
      status: "idle",
      failure: null,
      nextSyncAtMs: nowMs,
    } as const;
    await parts.connections.update(userId, connectionId, known);
  }
  return parts.proposals.decide(userId, id, accept ? "accepted" : "rejected", nowMs);
}
