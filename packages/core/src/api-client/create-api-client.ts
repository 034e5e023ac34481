import {
  createTRPCClient,
  httpBatchStreamLink,
  httpSubscriptionLink,
  isTRPCClientError,
  retryLink,
  splitLink,
  type TRPCClient,
  type TRPCLink,
} from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { EventSource } from "eventsource";
import { z } from "zod";
import { type Clock, systemClock } from "../clock/index.ts";
import { audienceOfUrl, type Capability, createTokenSource, type Signer } from "../ucan/index.ts";

export interface ApiClientOptions {
  /** Origin of the API, e.g. `http://localhost:3020`. */
  readonly baseUrl: string;
  /** The device's key, or the owner's own. */
  readonly signer: Signer;
  /** Delegation owner → device; left out when the owner's key signs itself. */
  readonly proof?: string;
  /** `did:web` of `baseUrl` when left out. */
  readonly audience?: string;
  /** Everything the API knows when left out. */
  readonly capabilities?: readonly Capability[];
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

const everything: readonly Capability[] = [
  { with: "profile:", can: "profile/write" },
  { with: "library:", can: "library/write" },
  { with: "chat:", can: "chat/write" },
];

/**
 * Typed calls to an API from its address and a key. Tokens are made and renewed by themselves; a call refused
 * because of the clock is tried once more by the server's. Runs in browsers and in Node.
 */
export function createApiClient<Router extends AnyTRPCRouter>(options: ApiClientOptions): TRPCClient<Router> {
  return createTRPCClient<Router>({ links: [...linksTo(options)] });
}

function linksTo(options: ApiClientOptions): readonly TRPCLink<AnyTRPCRouter>[] {
  const { baseUrl, clock = systemClock } = options;
  const tokens = createTokenSource({
    signer: options.signer,
    audience: options.audience ?? audienceOfUrl(baseUrl),
    capabilities: options.capabilities ?? everything,
    clock,
    ...(options.proof === undefined ? {} : { proof: options.proof }),
  });
  const { fetchWithToken, serverDateMs } = createTokenFetch(options.fetch ?? fetch, () => tokens.token());
  const url = new URL("/api/trpc", baseUrl).href;
  const subscriptions = httpSubscriptionLink<AnyTRPCRouter, typeof EventSource>({
    url,
    EventSource,
    eventSourceOptions: { fetch: fetchWithToken },
  });
  const calls = httpBatchStreamLink<AnyTRPCRouter>({
    url,
    fetch: fetchWithToken,
    maxItems: 20,
    maxURLLength: 4_000,
  });
  return [
    retryLink({
      retry: ({ attempts, error }) => {
        if (attempts > 1 || !isClockRefusal(error)) return false;
        const dateMs = serverDateMs();
        if (dateMs !== null) tokens.correctClock(dateMs);
        return dateMs !== null;
      },
    }),
    splitLink({ condition: ({ type }) => type === "subscription", true: subscriptions, false: calls }),
  ];
}

/** What tRPC and EventSource hand to a fetch: a missing signal may be written as undefined. */
type LooseInit = Omit<RequestInit, "signal"> & { readonly signal?: AbortSignal | null | undefined };

/** Adds a fresh token to every request and notes what time the server says it is. */
function createTokenFetch(plainFetch: typeof fetch, token: () => Promise<string>) {
  let lastDateMs: number | null = null;
  return {
    serverDateMs: () => lastDateMs,
    fetchWithToken: async (input: RequestInfo | URL, init?: LooseInit): Promise<Response> => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${await token()}`);
      const response = await plainFetch(input, { ...init, signal: init?.signal ?? null, headers });
      const dateMs = Date.parse(response.headers.get("date") ?? "");
      lastDateMs = Number.isNaN(dateMs) ? null : dateMs;
      return response;
    },
  };
}

/** A clock that is hours ahead makes tokens that seem to live too long. */
const clockRefusal = z.object({ reason: z.enum(["expired", "not_yet_valid", "lifetime_too_long"]) });

function isClockRefusal(error: unknown): boolean {
  return isTRPCClientError(error) && clockRefusal.safeParse(error.data).success;
}
