import { z } from "zod";
import { router } from "../trpc.ts";
import { chatWriter } from "./capabilities.ts";
import { streamOf } from "./stream.ts";
import { text } from "./text.ts";

const message = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: text(1_000_000),
});

const completionPart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("delta"), text: z.string() }),
  /** Always the last; `finishReason` as the provider gives it. */
  z.object({
    type: z.literal("end"),
    finishReason: z.string().nullable(),
    usage: z.object({ promptTokens: z.number(), completionTokens: z.number() }).nullable(),
  }),
]);

const complete = chatWriter
  .input(
    z.strictObject({
      messages: z.array(message).min(1).max(2_000),
      /** Left out: the one in the settings. */
      model: text(200, 1).optional(),
      temperature: z.number().min(0).max(2).optional(),
      maxTokens: z.int().min(1).max(1_000_000).optional(),
    }),
  )
  .output(streamOf(completionPart))
  .mutation(({ ctx, input, signal }) =>
    ctx.services.completions.complete(ctx.user.id, input, signal ?? new AbortController().signal),
  );

export const chatRouter = router({ complete });
