import { describe, expect, it } from "vitest";
import type { Proposal } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, ben, connectionRow } from "./rows.ts";

/** What every `ProposalRepository` does. `make` gives empty repositories in which users `anna` and `ben` exist. */
export function describeProposalRepository(name: string, make: () => Promise<LibraryRepositories>): void {
  const start = async () => {
    const { connections, proposals } = await make();
    await connections.insert(anna, connectionRow(anna, "c1"));
    await connections.insert(anna, connectionRow(anna, "c2"));
    return proposals;
  };
  const row = (id: string, patch: Partial<Proposal> = {}): Proposal => ({
    id,
    userId: anna,
    connectionId: "c1",
    kind: "many_missing",
    status: "open",
    round: 2,
    vanished: 30,
    known: 40,
    sample: ["a/b.epub", "三体, “x”.epub"],
    serverBefore: null,
    serverNow: null,
    createdAtMs: 100,
    decidedAtMs: null,
    ...patch,
  });

  describe(`proposal repository: ${name}`, () => {
    it("[LB7] keeps one open proposal per connection, renewed in place", async () => {
      const proposals = await start();
      expect(await proposals.propose(anna, row("p1"))).toEqual(row("p1"));
      const renewed = await proposals.propose(anna, row("p2", { round: 3, vanished: 31, createdAtMs: 200 }));
      expect(renewed).toEqual(row("p1", { round: 3, vanished: 31 }));
      expect(await proposals.list(anna, {})).toEqual([renewed]);
      await proposals.propose(anna, row("p3", { connectionId: "c2" }));
      expect(await proposals.list(anna, { connectionId: "c2", status: "open" })).toHaveLength(1);
    });

    it("[LB7] is decided once, and a new one may follow", async () => {
      const proposals = await start();
      await proposals.propose(anna, row("p1"));
      const both = await Promise.all([
        proposals.decide(anna, "p1", "accepted", 300),
        proposals.decide(anna, "p1", "rejected", 300),
      ]);
      expect(both.filter((answer) => answer !== null)).toHaveLength(1);
      expect(await proposals.decide(anna, "p1", "rejected", 301)).toBeNull();
      expect((await proposals.get(anna, "p1"))?.decidedAtMs).toBe(300);
      const next = await proposals.propose(anna, row("p2", { createdAtMs: 400 }));
      expect(next.id).toBe("p2");
      expect((await proposals.list(anna, {})).map((one) => one.id)).toEqual(["p2", "p1"]);
    });

    it("[CN1] hides another user's proposals", async () => {
      const proposals = await start();
      await proposals.propose(anna, row("p1"));
      expect(await proposals.get(ben, "p1")).toBeNull();
      expect(await proposals.list(ben, {})).toEqual([]);
      expect(await proposals.decide(ben, "p1", "accepted", 1)).toBeNull();
    });
  });
}
