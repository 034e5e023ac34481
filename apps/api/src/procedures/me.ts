import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import { router } from "../trpc.ts";
import { profileReader, profileWriter } from "./capabilities.ts";
import { displayName, meView, readMe } from "./me-view.ts";

const get = profileReader
  .meta({ rest: { method: "GET", path: "/api/me", summary: "Who I am here" } })
  .output(meView)
  .query(({ ctx }) => readMe(ctx.services.accounts, ctx.user));

const update = profileWriter
  .meta({ rest: { method: "PUT", path: "/api/me", summary: "Change my display name" } })
  .input(z.strictObject({ displayName }))
  .output(meView)
  .mutation(async ({ ctx, input }) => {
    const user = await ctx.services.accounts.users.rename(ctx.user.id, input.displayName);
    if (user === null) throw new ReliteError("not_found", "There is no such user.");
    return readMe(ctx.services.accounts, user);
  });

export const meRouter = router({ get, update });
