import { ReliteError } from "@relite/core/errors";
import { tracked } from "@trpc/server";
import { z } from "zod";
import { router } from "../trpc.ts";
import { libraryReader, libraryWriter } from "./capabilities.ts";
import { defined } from "./defined.ts";
import { jobStatus, jobView, toJobView } from "./job-view.ts";
import { streamOf, trackedOf } from "./stream.ts";
import { cursor, id } from "./text.ts";

const list = libraryReader
  .meta({ rest: { method: "GET", path: "/api/jobs", summary: "My sync jobs, newest first" } })
  .input(
    z.strictObject({
      connectionId: id.optional(),
      statuses: z.array(jobStatus).max(5).optional(),
      cursor: cursor.optional(),
      limit: z.int().min(1).max(200).optional(),
    }),
  )
  .output(z.object({ items: z.array(jobView), nextCursor: z.string().nullable() }))
  .query(async ({ ctx, input }) => {
    const { limit = 50, ...query } = input;
    const page = await ctx.services.jobs.list(ctx.user.id, { ...defined(query), limit });
    return { items: page.items.map(toJobView), nextCursor: page.nextCursor };
  });

const get = libraryReader
  .meta({ rest: { method: "GET", path: "/api/jobs/{id}", summary: "One job" } })
  .input(z.strictObject({ id }))
  .output(jobView)
  .query(async ({ ctx, input }) => {
    const job = await ctx.services.jobs.get(ctx.user.id, input.id);
    if (job === null) throw noSuchJob();
    return toJobView(job);
  });

const cancel = libraryWriter
  .meta({ rest: { method: "POST", path: "/api/jobs/{id}/cancel", summary: "Stop a queued or running job" } })
  .input(z.strictObject({ id }))
  .output(jobView)
  .mutation(async ({ ctx, input }) => {
    const job = await ctx.services.jobs.requestCancel(ctx.user.id, input.id, ctx.clock.nowMs());
    if (job === null) throw noSuchJob();
    return toJobView(job);
  });

const watch = libraryReader
  .input(
    z.strictObject({
      /** One job until it ends; left out: all of mine, for as long as the caller listens. */
      id: id.optional(),
      lastEventId: z.string().max(200).optional(),
    }),
  )
  .output(streamOf(trackedOf(jobView)))
  .subscription(async function* ({ ctx, input, signal }) {
    const listened = signal ?? new AbortController().signal;
    const wanted = { id: input.id ?? null, lastEventId: input.lastEventId ?? null };
    for await (const job of ctx.services.jobs.watch(ctx.user.id, wanted, listened))
      yield tracked(`${job.id}.${job.revision}`, toJobView(job));
  });

export const jobsRouter = router({ list, get, cancel, watch });

function noSuchJob(): ReliteError {
  return new ReliteError("not_found", "There is no such job.");
}
