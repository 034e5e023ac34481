import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { createNodeTokenCrypto } from "@relite/core/node";
import { createVerifier, type Principal, type RevocationQuery, type Verifier } from "@relite/core/ucan";
import type { AccountStore } from "./accounts/index.ts";
import type { Caller } from "./request-context.ts";

export interface Auth {
  /** A valid token of any root. Throws `unauthorized` whose reason is the verifier's code. */
  prove(authorization: string | undefined): Promise<Principal>;
  /** A valid token whose root belongs to a user. Throws `unauthorized`, reason `unknown_root` for anybody else. */
  identify(authorization: string | undefined): Promise<Caller>;
}

export interface AuthParts {
  /** DIDs that tokens may name for this server. */
  readonly audiences: readonly string[];
  readonly accounts: AccountStore;
  readonly clock: Clock;
}

/** The one login: an invocation whose audience is this API. */
export function createAuth({ audiences, accounts, clock }: AuthParts): Auth {
  const crypto = createNodeTokenCrypto();
  const isRevoked = (query: RevocationQuery) => accounts.revocations.isRevoked(query);
  const base = { audiences, isRevoked, clock, crypto };
  const anyRoot = createVerifier({ ...base, isOwner: () => true });
  const isUser = async (did: string) => (await accounts.users.findByDid(did)) !== null;
  const usersOnly = createVerifier({ ...base, isOwner: isUser });
  return {
    prove: (authorization) => principalOf(anyRoot, authorization),
    identify: async (authorization) => {
      const principal = await principalOf(usersOnly, authorization);
      const user = await accounts.users.findByDid(principal.rootDid);
      if (user === null) throw unauthorized("unknown_root");
      return { user, principal };
    },
  };
}

/** For the `WWW-Authenticate` header of a refusal; null when the error is none. */
export function challengeOf(problem: {
  readonly status: number;
  readonly reason?: string;
  readonly detail: string;
}) {
  if (problem.status === 401) {
    if (problem.reason === undefined || problem.reason === "missing") return 'Bearer realm="relite"';
    return `Bearer realm="relite", error="invalid_token", error_description="${problem.reason}"`;
  }
  if (problem.status === 403 && problem.reason === "insufficient_scope")
    return `Bearer realm="relite", error="insufficient_scope", error_description="${problem.detail}"`;
  return null;
}

async function principalOf(verifier: Verifier, authorization: string | undefined): Promise<Principal> {
  const verified = await verifier.verify(bearerToken(authorization));
  if (!verified.ok) throw unauthorized(verified.code);
  return verified.principal;
}

/** "" where there is no bearer token: the verifier says `missing`. */
function bearerToken(authorization: string | undefined): string {
  return /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? "";
}

function unauthorized(reason: string): ReliteError {
  return new ReliteError("unauthorized", "A valid token for this server is needed.", { reason });
}
