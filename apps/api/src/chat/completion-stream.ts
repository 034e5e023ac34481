import { ReliteError } from "@relite/core/errors";
import { z } from "zod";

export type CompletionPart =
  | { readonly type: "delta"; readonly text: string }
  | {
      readonly type: "end";
      readonly finishReason: string | null;
      readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | null;
    };

const longestLine = 1_000_000;

/** Reads a provider's answer, streamed (server-sent events) or whole; the last part is always the `end`. */
export async function* readCompletion(response: Response): AsyncGenerator<CompletionPart, void, undefined> {
  const isWhole = /^application\/json\b/i.test(response.headers.get("content-type") ?? "");
  let finishReason: string | null = null;
  let usage: z.output<typeof usageShape> | null = null;
  let sawAny = false;
  for await (const data of isWhole ? wholeBody(response) : eventData(response)) {
    if (data === "[DONE]") break;
    const chunk = parseChunk(data);
    const [choice] = chunk.choices;
    const text = choice?.delta?.content ?? choice?.message?.content ?? "";
    sawAny = true;
    finishReason = choice?.finish_reason ?? finishReason;
    usage = chunk.usage ?? usage;
    if (text !== "") yield { type: "delta", text: text.toWellFormed() };
  }
  if (!sawAny) throw notACompletion();
  const counts =
    usage === null ? null : { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
  yield { type: "end", finishReason, usage: counts };
}

const usageShape = z.object({ prompt_tokens: z.number(), completion_tokens: z.number() });
const contentShape = z.object({ content: z.string().nullish() });

const chunkShape = z.object({
  choices: z
    .array(
      z.object({
        delta: contentShape.optional(),
        message: contentShape.optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: usageShape.nullish().catch(null),
  error: z.unknown().optional(),
});

function parseChunk(data: string): z.output<typeof chunkShape> {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw notACompletion();
  }
  const parsed = chunkShape.safeParse(json);
  if (!parsed.success) throw notACompletion();
  if (parsed.data.error !== undefined)
    throw new ReliteError("upstream_failed", "The provider broke off with an error.", {
      reason: "provider_failed",
    });
  return parsed.data;
}

async function* wholeBody(response: Response): AsyncGenerator<string, void, undefined> {
  let text = "";
  for await (const piece of decoded(response)) {
    text += piece;
    if (text.length > longestLine * 10) throw notACompletion();
  }
  yield text;
}

/** The payloads of `data:` lines; comments and other fields are skipped. */
async function* eventData(response: Response): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const piece of decoded(response)) {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) throw notACompletion();
    for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trim();
  }
  if (rest.startsWith("data:")) yield rest.slice(5).trim();
}

async function* decoded(response: Response): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

function notACompletion(): ReliteError {
  return new ReliteError("upstream_failed", "The provider's answer is no chat completion.", {
    reason: "not_a_completion",
  });
}
