import { z } from "zod";
import { openProcedure, provenProcedure, router } from "../trpc.ts";
import { displayName, meView, readMe } from "./me-view.ts";
import { text } from "./text.ts";

const status = openProcedure
  .meta({ rest: { method: "GET", path: "/api/setup", summary: "Whether the server has its first user" } })
  .output(z.object({ claimed: z.boolean(), audience: z.string() }))
  .query(async ({ ctx }) => ({
    claimed: await ctx.services.enrolment.isClaimed(),
    audience: ctx.services.audience,
  }));

const claim = provenProcedure
  .meta({
    rest: { method: "POST", path: "/api/setup/claim", status: 201, summary: "Become the first user" },
  })
  .input(z.strictObject({ code: text(200, 1), displayName: displayName.optional() }))
  .output(meView)
  .mutation(async ({ ctx, input }) => {
    const did = ctx.principal.rootDid;
    const user = await ctx.services.enrolment.claim({
      code: input.code,
      did,
      displayName: input.displayName,
    });
    return readMe(ctx.services.accounts, user);
  });

export const setupRouter = router({ status, claim });
