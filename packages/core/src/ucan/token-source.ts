import type { Clock } from "../clock/index.ts";
import type { Capability } from "./capability.ts";
import { issueInvocation } from "./issue.ts";
import type { Signer } from "./keys.ts";
import { decodeToken } from "./token.ts";

/** A supply of short-lived invocations for one server. */
export interface TokenSource {
  /** A token good for the next call: the one at hand, or a new one from 60 s before its end. */
  token(): Promise<string>;
  /** Takes the server's clock (its `Date`) for the true one; call after `expired` or `not_yet_valid`, then retry once. */
  correctClock(serverDateMs: number): void;
  /** Drops the token at hand. */
  invalidate(): void;
}

const renewBeforeSec = 60;

export function createTokenSource(options: {
  readonly signer: Signer;
  readonly proof?: string;
  readonly audience: string;
  readonly capabilities: readonly Capability[];
  readonly clock: Clock;
  readonly ttlSec?: number;
}): TokenSource {
  const { signer, clock, ...order } = options;
  let clockOffsetMs = 0;
  let current: { readonly token: Promise<string>; readonly renewAtMs: number } | null = null;
  const issue = () => {
    const nowMs = clock.nowMs() + clockOffsetMs;
    const endMs = Math.min(nowMs + (order.ttlSec ?? 300) * 1_000, proofEndMs(order.proof));
    const token = issueInvocation({ ...order, issuer: signer, nowMs });
    const issued = { token, renewAtMs: endMs - Math.min(renewBeforeSec * 1_000, (endMs - nowMs) / 2) };
    // A failure is not kept: the next call tries again.
    token.catch(() => {
      if (current === issued) current = null;
    });
    return issued;
  };
  return {
    token: () => {
      if (current === null || clock.nowMs() + clockOffsetMs >= current.renewAtMs) current = issue();
      return current.token;
    },
    correctClock: (serverDateMs) => {
      if (!Number.isFinite(serverDateMs)) return;
      clockOffsetMs = serverDateMs - clock.nowMs();
      current = null;
    },
    invalidate: () => {
      current = null;
    },
  };
}

function proofEndMs(proof: string | undefined): number {
  const decoded = proof === undefined ? null : decodeToken(proof);
  return decoded?.ok ? decoded.token.expiresAtSec * 1_000 : Number.POSITIVE_INFINITY;
}
