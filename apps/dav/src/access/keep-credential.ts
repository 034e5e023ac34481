import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { covers, inspectToken, maxStoredLifeSec, type Principal, type Verifier } from "@relite/core/ucan";
import type { Owners } from "../accounts/owners.ts";
import type { Identity } from "../exchange.ts";
import type { CredentialFacts, CredentialKind, Credentials } from "./credentials.ts";
import { hashSecret, newSecret } from "./secret.ts";

export interface KeepParts {
  readonly credentials: Credentials;
  readonly owners: Owners;
  /** The one that lets an invocation live for as long as one that is kept here may. */
  readonly storedVerifier: Verifier;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface KeepOrder {
  readonly kind: CredentialKind;
  /** An invocation for this server, signed by the key that asks, for one path of one app. */
  readonly ucan: string;
  readonly label: string;
  readonly mayWrite: boolean;
  readonly minLifeSec: number;
}

export interface Kept {
  readonly facts: CredentialFacts;
  /** Told once, to its maker. */
  readonly secret: string;
}

/** Clocks of client and server differ a little. */
const leewaySec = 300;

/**
 * Puts a secret before a UCAN of the caller's own. `unprocessable` with the verifier's code for a token that does not hold, with
 * `foreign_token`, `one_capability`, `exceeds_proof`, `read_only` or `lifetime` for one that holds and will not do.
 */
export async function keepCredential(maker: Identity, order: KeepOrder, parts: KeepParts): Promise<Kept> {
  const verified = await parts.storedVerifier.verify(order.ucan);
  if (!verified.ok) throw unfit(verified.code, "The token does not hold here");
  const { principal } = verified;
  const isOwn = principal.invokerDid === maker.principal.invokerDid;
  if (!isOwn || parts.owners.idOf(principal.rootDid) !== maker.owner) {
    throw unfit("foreign_token", "The token is to be signed by the key that asks, for its own owner");
  }
  const { with: resource, can: action } = soleGrant(principal, order);
  checkLife(principal, order.minLifeSec, parts.clock);
  const { id, secret } = newSecret(parts.randomBytes);
  const facts = await parts.credentials.add({
    id,
    owner: maker.owner,
    kind: order.kind,
    label: order.label,
    secretHash: hashSecret(secret),
    token: order.ucan,
    tokenId: principal.tokenId,
    resource,
    action,
    maker: principal.invokerDid,
    expiresMs: principal.expiresAtSec * 1_000,
    parent: null,
  });
  return { facts, secret };
}

/** What the token says of itself must be what its chain gives, and be one path of one app. */
function soleGrant({ grants }: Principal, { ucan, mayWrite }: KeepOrder) {
  const asked = inspectToken(ucan)?.capabilities ?? [];
  const [wanted, ...more] = asked;
  if (wanted === undefined || more.length > 0 || !/^app:[^*]/.test(wanted.with)) {
    throw unfit("one_capability", "The token is to name one app, or one path of it, and nothing else");
  }
  const grant = grants.find((held) => covers(held, wanted));
  if (grant === undefined) throw unfit("exceeds_proof", "The token asks for more than its chain gives");
  if (!mayWrite && grant.can !== "app/read") throw unfit("read_only", "A share is for reading");
  return grant;
}

function checkLife({ expiresAtSec }: Principal, minLifeSec: number, clock: Clock): void {
  const lifeSec = expiresAtSec - clock.nowMs() / 1_000;
  if (lifeSec >= minLifeSec - leewaySec && lifeSec <= maxStoredLifeSec + leewaySec) return;
  throw unfit("lifetime", `The token is to last from ${minLifeSec} seconds to 365 days`);
}

function unfit(reason: string, message: string): ReliteError {
  return new ReliteError("unprocessable", message, { reason });
}

/** The longest life the verifier of kept tokens takes, clocks' differences included. */
export const maxKeptLifeSec = maxStoredLifeSec + leewaySec;
