import { Agent } from "undici";
import { createGuardedConnector, type Resolve } from "./connector.ts";
import { type EgressLimits, exchange } from "./exchange.ts";

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface EgressParts {
  /** Whether private addresses may be reached at this moment; metadata addresses never may. */
  readonly allowsPrivate: () => boolean | Promise<boolean>;
  /** DNS; the system's by default. */
  readonly resolve?: Resolve;
  readonly limits?: Partial<EgressLimits>;
}

export interface Egress {
  /**
   * `fetch` for every request to an address a user named (CN8). Failures are ReliteErrors that carry no address;
   * an abort rejects with the signal's reason.
   */
  readonly fetch: Fetch;
  close(): Promise<void>;
}

const defaultLimits: EgressLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  idleMs: 60_000,
  maxBytes: 4 * 1024 ** 3,
  maxRedirects: 5,
};

/**
 * Outgoing requests under guard: http and https only, the address checked when the socket connects, redirects to
 * the same origin only (so credentials go nowhere else), limits on time and size.
 */
export function createEgress({ allowsPrivate, resolve, limits: given }: EgressParts): Egress {
  const limits = { ...defaultLimits, ...given };
  const agentFor = (privateAllowed: boolean) =>
    new Agent({
      connect: createGuardedConnector({ privateAllowed, resolve, timeoutMs: limits.connectMs }),
      headersTimeout: limits.headersMs,
      bodyTimeout: limits.idleMs,
    });
  // Two pools: a private connection kept alive is out of reach as soon as private addresses are not allowed.
  const [open, closed] = [agentFor(true), agentFor(false)];
  return {
    fetch: async (input, init = {}) => {
      const call = input instanceof Request ? await unfold(input, init) : { url: new URL(input), init };
      return exchange((await allowsPrivate()) ? open : closed, limits, call.url, call.init);
    },
    close: async () => {
      await Promise.all([open.destroy(), closed.destroy()]);
    },
  };
}

async function unfold(request: Request, init: RequestInit) {
  const body = request.body === null ? {} : { body: await request.arrayBuffer() };
  const { method, headers, signal, redirect } = request;
  return { url: new URL(request.url), init: { method, headers, signal, redirect, ...body, ...init } };
}
