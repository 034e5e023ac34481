import type { Proposal, ProposalRepository } from "../library/index.ts";
import type { MemoryTables } from "./memory-tables.ts";

export function createMemoryProposals(tables: MemoryTables): ProposalRepository {
  const own = (userId: string, id: string): Proposal | null => {
    const row = tables.proposals.get(id);
    return row?.userId === userId ? row : null;
  };
  return {
    propose: async (userId, proposal) => {
      const open = [...tables.proposals.values()].find(
        (row) => row.userId === userId && row.connectionId === proposal.connectionId && row.status === "open",
      );
      const kept = open === undefined ? {} : { id: open.id, createdAtMs: open.createdAtMs };
      const row: Proposal = { ...proposal, userId, ...kept };
      tables.proposals.set(row.id, row);
      return row;
    },
    get: async (userId, id) => own(userId, id),
    list: async (userId, filter) =>
      [...tables.proposals.values()]
        .filter(
          (row) =>
            row.userId === userId &&
            (filter.connectionId === undefined || row.connectionId === filter.connectionId) &&
            (filter.status === undefined || row.status === filter.status),
        )
        .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
        .slice(0, 200),
    decide: async (userId, id, status, nowMs) => {
      const row = own(userId, id);
      if (row?.status !== "open") return null;
      const next = { ...row, status, decidedAtMs: nowMs };
      tables.proposals.set(id, next);
      return next;
    },
  };
}
