import type { Connection } from "@relite/core/connections";
import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import type { Services } from "../services.ts";
import { router } from "../trpc.ts";
import { libraryReader, libraryWriter } from "./capabilities.ts";
import {
  address,
  changedAuth,
  connectionName,
  connectionView,
  newAuth,
  toConnectionView,
} from "./connection-view.ts";
import { id } from "./text.ts";

const list = libraryReader
  .meta({ rest: { method: "GET", path: "/api/webdav", summary: "My connections, oldest first" } })
  .output(z.object({ items: z.array(connectionView) }))
  .query(async ({ ctx }) => {
    const connections = await ctx.services.connections.list(ctx.user.id);
    return { items: await showAll(ctx.services, ctx.user.id, connections) };
  });

const get = libraryReader
  .meta({ rest: { method: "GET", path: "/api/webdav/{id}", summary: "One connection" } })
  .input(z.strictObject({ id }))
  .output(connectionView)
  .query(async ({ ctx, input }) => {
    const connection = await ctx.services.connections.get(ctx.user.id, input.id);
    return show(ctx.services, ctx.user.id, connection);
  });

const create = libraryWriter
  .meta({
    rest: {
      method: "POST",
      path: "/api/webdav",
      status: 201,
      summary: "Connect a WebDAV address; it is checked first",
    },
  })
  .input(z.strictObject({ name: connectionName, url: address, auth: newAuth }))
  .output(connectionView)
  .mutation(async ({ ctx, input, signal }) => {
    const connection = await ctx.services.connections.create(ctx.user.id, input, signal);
    return show(ctx.services, ctx.user.id, connection);
  });

const update = libraryWriter
  .meta({
    rest: { method: "PUT", path: "/api/webdav/{id}", summary: "Change a connection; what is left out stays" },
  })
  .input(
    z.strictObject({
      id,
      name: connectionName.optional(),
      url: address.optional(),
      auth: changedAuth.optional(),
    }),
  )
  .output(connectionView)
  .mutation(async ({ ctx, input, signal }) => {
    const { id: connectionId, ...change } = input;
    const connection = await ctx.services.connections.update(ctx.user.id, connectionId, change, signal);
    return show(ctx.services, ctx.user.id, connection);
  });

const remove = libraryWriter
  .meta({
    rest: {
      method: "DELETE",
      path: "/api/webdav/{id}",
      summary: "Forget a connection and its index; no file is touched",
    },
  })
  .input(z.strictObject({ id }))
  .output(z.object({ deleted: z.literal(true) }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.connections.remove(ctx.user.id, input.id);
    return { deleted: true as const };
  });

const check = libraryWriter
  .meta({
    rest: { method: "POST", path: "/api/webdav/{id}/check", summary: "Ask the server now whether it works" },
  })
  .input(z.strictObject({ id }))
  .output(
    z.object({
      ok: z.boolean(),
      server: z.string().nullable(),
      failure: z.object({ code: z.string(), reason: z.string().nullable(), message: z.string() }).nullable(),
    }),
  )
  .mutation(({ ctx, input, signal }) => ctx.services.connections.check(ctx.user.id, input.id, signal));

const sync = libraryWriter
  .meta({
    rest: {
      method: "POST",
      path: "/api/webdav/{id}/sync",
      status: 202,
      summary: "Sync now; answers at once",
    },
  })
  .input(z.strictObject({ id }))
  .output(z.object({ jobId: id }))
  .mutation(async ({ ctx, input }) => {
    const job = await ctx.services.connections.sync(ctx.user.id, input.id);
    return { jobId: job.id };
  });

export const connectionsRouter = router({ list, get, create, update, delete: remove, check, sync });

async function show(services: Services, userId: string, connection: Connection) {
  const [view] = await showAll(services, userId, [connection]);
  if (view === undefined) throw new ReliteError("internal", "A connection could not be shown.");
  return view;
}

async function showAll(services: Services, userId: string, connections: readonly Connection[]) {
  const countsById = await services.books.countByConnection(userId);
  const active = await services.jobs.list(userId, { statuses: ["queued", "running"], limit: 200 });
  const jobIdByConnection = new Map(active.items.map((job) => [job.connectionId, job.id]));
  return connections.map((connection) =>
    toConnectionView(connection, {
      books: countsById.get(connection.id),
      activeJobId: jobIdByConnection.get(connection.id) ?? null,
    }),
  );
}
