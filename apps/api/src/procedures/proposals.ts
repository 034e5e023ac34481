import { ReliteError } from "@relite/core/errors";
import type { Proposal } from "@relite/core/library";
import { z } from "zod";
import { router } from "../trpc.ts";
import { libraryReader, libraryWriter } from "./capabilities.ts";
import { defined } from "./defined.ts";
import { id, instant, toInstant, toInstantOrNull } from "./text.ts";

const status = z.enum(["open", "accepted", "rejected", "superseded"]);

const proposalView = z.object({
  id,
  connectionId: id,
  kind: z.enum(["many_missing", "root_empty", "server_changed"]),
  status,
  /** Books that would become missing, of how many known. */
  vanished: z.int(),
  known: z.int(),
  /** Some of their paths. */
  sample: z.array(z.string()),
  serverBefore: z.string().nullable(),
  serverNow: z.string().nullable(),
  createdAt: instant,
  decidedAt: instant.nullable(),
});

const list = libraryReader
  .meta({ rest: { method: "GET", path: "/api/proposals", summary: "Outcomes of syncs that wait for me" } })
  .input(z.strictObject({ connectionId: id.optional(), status: status.optional() }))
  .output(z.object({ items: z.array(proposalView) }))
  .query(async ({ ctx, input }) => {
    const proposals = await ctx.services.proposals.list(ctx.user.id, defined(input));
    return { items: proposals.map(toProposalView) };
  });

const decide = libraryWriter
  .meta({
    rest: { method: "POST", path: "/api/proposals/{id}/decide", summary: "Accept or reject an outcome" },
  })
  .input(z.strictObject({ id, accept: z.boolean() }))
  .output(proposalView)
  .mutation(async ({ ctx, input }) => {
    const proposal = await ctx.services.connections.decideProposal(ctx.user.id, input.id, input.accept);
    if (proposal === null) throw new ReliteError("not_found", "There is no such open proposal.");
    return toProposalView(proposal);
  });

export const proposalsRouter = router({ list, decide });

function toProposalView(proposal: Proposal): z.input<typeof proposalView> {
  return {
    id: proposal.id,
    connectionId: proposal.connectionId,
    kind: proposal.kind,
    status: proposal.status,
    vanished: proposal.vanished,
    known: proposal.known,
    sample: [...proposal.sample],
    serverBefore: proposal.serverBefore,
    serverNow: proposal.serverNow,
    createdAt: toInstant(proposal.createdAtMs),
    decidedAt: toInstantOrNull(proposal.decidedAtMs),
  };
}
