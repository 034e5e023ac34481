import { ReliteError } from "@relite/core/errors";
import type { Fetch } from "../egress/guarded-fetch.ts";
import type { ChatProvider, ChatSettings } from "./chat-settings.ts";
import { type CompletionPart, readCompletion } from "./completion-stream.ts";

export interface CompletionRequest {
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  readonly model?: string | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
}

export interface Completions {
  /** Streams the answer of the user's provider; leaving the stream or aborting ends the request to it. */
  complete(userId: string, request: CompletionRequest, signal: AbortSignal): AsyncIterable<CompletionPart>;
}

/** Completions from any OpenAI-compatible server, with the user's own key. What the provider says of errors stays inside. */
export function createCompletions(parts: {
  readonly settings: Pick<ChatSettings, "openProvider">;
  readonly fetch: Fetch;
}): Completions {
  return {
    complete: async function* (userId, request, signal) {
      const provider = await parts.settings.openProvider(userId);
      const left = new AbortController();
      try {
        const ends = AbortSignal.any([signal, left.signal]);
        const response = await ask(parts.fetch, requireModel(provider, request), request, ends);
        yield* readCompletion(response);
      } finally {
        left.abort();
      }
    },
  };
}

function requireModel(provider: ChatProvider | null, request: CompletionRequest) {
  if (provider === null)
    throw new ReliteError("unprocessable", "No chat provider is configured.", { reason: "no_provider" });
  const model = request.model ?? provider.model;
  if (model === null) throw new ReliteError("unprocessable", "No model is chosen.", { reason: "no_model" });
  return { ...provider, model };
}

async function ask(
  fetch: Fetch,
  provider: ChatProvider & { readonly model: string },
  { messages, temperature, maxTokens }: CompletionRequest,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${provider.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream, application/json",
      ...(provider.apiKey === null ? {} : { authorization: `Bearer ${provider.apiKey}` }),
    },
    body: JSON.stringify({
      model: provider.model,
      messages,
      stream: true,
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    }),
    signal,
  });
  if (response.ok && response.body !== null) return response;
  await response.body?.cancel();
  throw refusalOf(response.status);
}

/** By status alone: a provider's error text may repeat the key. */
function refusalOf(status: number): ReliteError {
  const details = { upstreamStatus: status };
  const refusal = (
    code: "upstream_failed" | "rate_limited" | "unprocessable",
    message: string,
    reason: string,
  ) => new ReliteError(code, message, { reason, details });
  if (status === 401 || status === 403)
    return refusal("upstream_failed", "The provider refused the key.", "provider_credentials");
  if (status === 404)
    return refusal("upstream_failed", "The provider knows no such address or model.", "provider_not_found");
  if (status === 429) return refusal("rate_limited", "The provider asks to wait.", "provider_rate_limited");
  if (status >= 400 && status < 500)
    return refusal("unprocessable", "The provider refused the request.", "provider_refused");
  return refusal("upstream_failed", `The provider answered ${status}.`, "provider_failed");
}
