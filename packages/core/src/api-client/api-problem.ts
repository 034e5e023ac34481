import { isTRPCClientError } from "@trpc/client";
import { z } from "zod";

/** What the API says of a refused call; `unreachable` when it said nothing. */
export interface ApiProblem {
  readonly code: string;
  readonly reason: string | null;
  readonly message: string;
  readonly requestId: string | null;
}

const problemData = z.object({
  code: z.string(),
  reason: z.string().nullable().catch(null),
  requestId: z.string().nullable().catch(null),
});

/** Takes an error of a client call apart; anything that is no answer of the API is `unreachable`. */
export function problemOf(error: unknown): ApiProblem {
  const message = error instanceof Error ? error.message : String(error);
  const parsed = isTRPCClientError(error) ? problemData.safeParse(error.data) : null;
  if (parsed?.success) return { ...parsed.data, message };
  return { code: "unreachable", reason: null, message, requestId: null };
}
