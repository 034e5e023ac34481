import { encodeHeader, encodePayload, capability as ucans } from "@ucans/core";
import { bytesToBase64Url } from "../crypto/index.ts";
import { ReliteError } from "../errors/index.ts";
import { type Capability, parseGrant } from "./capability.ts";
import type { UcanCode } from "./codes.ts";
import { parseDidKey } from "./did.ts";
import type { Signer } from "./keys.ts";
import { maxCapabilities, maxInvocationLifeSec, maxStoredLifeSec, maxTokenChars } from "./limits.ts";
import { decodeToken } from "./token.ts";

const ucv = { major: 0, minor: 8, patch: 1 };
const encoder = new TextEncoder();

/** A delegation from the issuer to another key. Throws `bad_request` with a reason for what could never verify. */
export async function issueDelegation(order: {
  readonly issuer: Signer;
  readonly audienceDid: string;
  readonly capabilities: readonly Capability[];
  readonly expiresAtSec: number;
  readonly proof?: string;
}): Promise<string> {
  if (parseDidKey(order.audienceDid) === null) throw refusal("bad_did", "The audience is no did:key.");
  const proofEndSec = proofEnd(order.issuer, order.proof);
  if (!Number.isSafeInteger(order.expiresAtSec)) throw refusal("malformed", "The end is no whole second.");
  if (order.expiresAtSec > proofEndSec)
    throw refusal("time_bounds", "A delegation cannot outlive its proof.");
  return signToken({ ...order, audience: order.audienceDid });
}

/**
 * An invocation for one server; `ttlSec` is 300 by default, 3,600 at most, and cut to the end of its proof. With `onceFor` it
 * does that one request, once.
 */
export async function issueInvocation(order: {
  readonly issuer: Signer;
  readonly audience: string;
  readonly capabilities: readonly Capability[];
  readonly ttlSec?: number;
  readonly proof?: string;
  readonly nowMs: number;
  readonly onceFor?: OnceFor;
}): Promise<string> {
  const { ttlSec = 300, nowMs } = order;
  if (!(ttlSec > 0 && ttlSec <= maxInvocationLifeSec))
    throw refusal("lifetime_too_long", "An invocation lives one hour at most.");
  const proofEndSec = proofEnd(order.issuer, order.proof);
  if (proofEndSec * 1_000 <= nowMs)
    throw new ReliteError("unauthorized", "The delegation has expired.", { reason: "expired" });
  const expiresAtSec = Math.min(Math.floor(nowMs / 1_000 + ttlSec), proofEndSec);
  return signToken({ ...order, expiresAtSec });
}

/** An invocation that its audience keeps, behind an app password or a share link: `maxStoredLifeSec` at most. */
export async function issueStored(order: {
  readonly issuer: Signer;
  readonly audience: string;
  readonly capabilities: readonly Capability[];
  readonly expiresAtSec: number;
  readonly proof?: string;
  readonly nowMs: number;
}): Promise<string> {
  const { expiresAtSec, nowMs } = order;
  if (!Number.isSafeInteger(expiresAtSec)) throw refusal("malformed", "The end is no whole second.");
  if (expiresAtSec * 1_000 > nowMs + maxStoredLifeSec * 1_000)
    throw refusal("lifetime_too_long", "It may last 365 days at most.");
  if (expiresAtSec > proofEnd(order.issuer, order.proof))
    throw refusal("time_bounds", "It cannot outlive the delegation it rests on.");
  return signToken(order);
}

/** The request of a one-shot token; the address without query and fragment. */
export interface OnceFor {
  readonly method: string;
  readonly url: string;
}

async function signToken(order: {
  readonly issuer: Signer;
  readonly audience: string;
  readonly capabilities: readonly Capability[];
  readonly expiresAtSec: number;
  readonly proof?: string;
  readonly onceFor?: OnceFor;
}): Promise<string> {
  const { issuer, audience, capabilities, expiresAtSec, proof, onceFor } = order;
  if (capabilities.length > maxCapabilities) throw refusal("too_many_capabilities", "Too many capabilities.");
  if (capabilities.some((one) => parseGrant(one) === null))
    throw refusal("malformed", "A capability is of no known kind.");
  const header = encodeHeader({ alg: issuer.alg, typ: "JWT", ucv });
  const payload = encodePayload({
    aud: audience,
    att: capabilities.map((one) => ucans.parse(one)),
    exp: expiresAtSec,
    iss: issuer.did,
    nnc: bytesToBase64Url(crypto.getRandomValues(new Uint8Array(12))),
    prf: proof === undefined ? [] : [proof],
    ...(onceFor === undefined ? {} : { fct: [{ htm: onceFor.method, htu: onceFor.url, once: true }] }),
  });
  const signedText = `${header}.${payload}`;
  const signature = bytesToBase64Url(await issuer.sign(encoder.encode(signedText)));
  const token = `${signedText}.${signature}`;
  if (token.length > maxTokenChars) throw refusal("too_large", "The token would be too large.");
  return token;
}

function proofEnd(issuer: Signer, proof: string | undefined): number {
  if (proof === undefined) return Number.POSITIVE_INFINITY;
  const decoded = decodeToken(proof);
  if (!decoded.ok) throw refusal(decoded.code, "The proof is no token of this profile.");
  if (decoded.token.audience !== issuer.did) throw refusal("broken_chain", "The proof is for another key.");
  return decoded.token.expiresAtSec;
}

function refusal(reason: UcanCode, message: string): ReliteError {
  return new ReliteError("bad_request", message, { reason });
}
