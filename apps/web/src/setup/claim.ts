import { type Failure, failureOfAnswer, toFailure } from "../api/failure.ts";

/** How one server took the setup code; each checks it by itself. */
export type ClaimOutcome =
  | { readonly state: "enrolled" }
  | { readonly state: "already_yours" }
  | { readonly state: "already_claimed" }
  | { readonly state: "wrong_code" }
  | { readonly state: "unreachable"; readonly address: string }
  | { readonly state: "failed"; readonly failure: Failure };

/** A server that can be claimed, and asked whether it knows this identity. */
export interface ClaimTarget {
  readonly address: string;
  claim(code: string): Promise<void>;
  isMine(): Promise<boolean>;
}

export async function claimServer(target: ClaimTarget, code: string): Promise<ClaimOutcome> {
  try {
    await target.claim(code);
    return { state: "enrolled" };
  } catch (error) {
    return outcomeOf(target, failureFrom(error));
  }
}

async function outcomeOf(target: ClaimTarget, failure: Failure): Promise<ClaimOutcome> {
  if (failure.reason === "bad_setup_code") return { state: "wrong_code" };
  if (failure.code === "unreachable") return { state: "unreachable", address: target.address };
  if (failure.code !== "conflict") return { state: "failed", failure };
  const isMine = await target.isMine().catch(() => false);
  return { state: isMine ? "already_yours" : "already_claimed" };
}

/** Thrown by a target whose server answered with a problem. */
export class RefusedClaim extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

function failureFrom(error: unknown): Failure {
  return error instanceof RefusedClaim ? error.failure : toFailure(error);
}

/** The endpoint as a target: plain HTTP beside its files. */
export function createEndpointTarget(options: {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly token: () => Promise<string>;
  readonly isMine: () => Promise<boolean>;
}): ClaimTarget {
  const { baseUrl, fetch, token, isMine } = options;
  return {
    address: baseUrl,
    isMine,
    claim: async (code) => {
      const answer = await fetch(`${baseUrl}/relite/claim`, {
        method: "POST",
        headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
        body: JSON.stringify({ code }),
        signal: AbortSignal.timeout(15_000),
      });
      if (answer.ok) return;
      throw new RefusedClaim(failureOfAnswer(answer.status, await answer.json().catch(() => null)));
    },
  };
}
