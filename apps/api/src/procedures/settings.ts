import { z } from "zod";
import { router } from "../trpc.ts";
import { chatReader, chatWriter } from "./capabilities.ts";
import { text } from "./text.ts";

const settingsView = z.object({
  chat: z.object({
    /** Of an OpenAI-compatible server; null: chat takes plain notes. */
    baseUrl: z.string().nullable(),
    model: z.string().nullable(),
    hasApiKey: z.boolean(),
  }),
});

const chatChange = z.strictObject({
  baseUrl: text(2_048, 1).nullable().optional(),
  model: text(200, 1).nullable().optional(),
  /** Left out: the stored one stays. null: it is forgotten. */
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/, "must be visible ASCII without spaces")
    .nullable()
    .optional(),
});

const get = chatReader
  .meta({ rest: { method: "GET", path: "/api/settings", summary: "My settings" } })
  .output(settingsView)
  .query(({ ctx }) => ctx.services.chatSettings.read(ctx.user.id));

const update = chatWriter
  .meta({
    rest: { method: "PUT", path: "/api/settings", summary: "Change my settings; what is left out stays" },
  })
  .input(z.strictObject({ chat: chatChange.optional() }))
  .output(settingsView)
  .mutation(({ ctx, input }) => ctx.services.chatSettings.update(ctx.user.id, input.chat ?? {}));

export const settingsRouter = router({ get, update });
