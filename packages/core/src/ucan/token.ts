import { base64UrlToBytes } from "../crypto/index.ts";
import { isBindingOk, readBinding, type TokenBinding } from "./binding.ts";
import type { Capability } from "./capability.ts";
import type { UcanCode } from "./codes.ts";
import { type DidKey, parseDidKey } from "./did.ts";
import { maxCapabilities, maxFactsChars, maxTokenChars } from "./limits.ts";

/** One token, its structure checked and nothing else: no time, no signature, no authority. */
export interface DecodedToken {
  readonly text: string;
  /** `header.payload`: what is signed, and what a revocation names by its SHA-256. */
  readonly signedText: string;
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly issuer: DidKey;
  readonly audience: string;
  readonly capabilities: readonly Capability[];
  readonly expiresAtSec: number;
  readonly notBeforeSec: number | null;
  readonly proof: string | null;
  /** The one request it is for; null for any that its capabilities cover. */
  readonly binding: TokenBinding | null;
}

export type Decoded = { readonly ok: true; readonly token: DecodedToken } | Refusal;
interface Refusal {
  readonly ok: false;
  readonly code: UcanCode;
}

type Fields = Readonly<Record<string, unknown>>;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const headerKeys = ["alg", "typ", "ucv"];
const payloadKeys = ["aud", "att", "exp", "iss", "nnc", "prf"];
const optionalKeys = ["fct", "nbf"];

/** Takes a UCAN 0.8 token apart, strictly: one spelling only, known keys only, exact types. */
export function decodeToken(text: string): Decoded {
  if (text.length > maxTokenChars) return refuse("too_large");
  const [headerPart = "", payloadPart = "", signaturePart = "", ...more] = text.split(".");
  const header = decodePart(headerPart);
  const payload = decodePart(payloadPart);
  const signature = base64UrlToBytes(signaturePart);
  if (more.length > 0 || header === null || payload === null) return refuse("malformed");
  if (signature?.length !== 64) return refuse("malformed");
  const wrongHeader = headerProblem(header);
  if (wrongHeader !== null) return refuse(wrongHeader);
  const wrongPayload = payloadProblem(payload);
  if (wrongPayload !== null) return refuse(wrongPayload);
  const issuer = parseDidKey(asText(payload.iss));
  if (issuer === null) return refuse("bad_did");
  if (issuer.alg !== header.alg) return refuse("unsupported_alg");
  const [proof = null] = asTexts(payload.prf);
  return {
    ok: true,
    token: {
      text,
      signedText: `${headerPart}.${payloadPart}`,
      signature,
      issuer,
      audience: asText(payload.aud),
      capabilities: asList(payload.att).filter(isCapability),
      expiresAtSec: Number(payload.exp),
      notBeforeSec: payload.nbf === undefined ? null : Number(payload.nbf),
      proof,
      binding: readBinding(asList(payload.fct)),
    },
  };
}

/** What a token says of itself, believed by nobody: to show it, or to compare it with what was verified. */
export type TokenFacts = Pick<DecodedToken, "audience" | "capabilities" | "expiresAtSec" | "proof"> & {
  readonly issuerDid: string;
};

/** Reads a token without verifying it; null when it is no token of this profile. */
export function inspectToken(text: string): TokenFacts | null {
  const decoded = decodeToken(text);
  if (!decoded.ok) return null;
  const { audience, capabilities, expiresAtSec, proof, issuer } = decoded.token;
  return { audience, capabilities, expiresAtSec, proof, issuerDid: issuer.did };
}

/** Base64url → UTF-8 → JSON object, accepted only if writing the object again gives the same characters. */
function decodePart(part: string): Fields | null {
  const bytes = base64UrlToBytes(part);
  if (bytes === null) return null;
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    return isRecord(value) && JSON.stringify(value) === text ? value : null;
  } catch {
    return null;
  }
}

function headerProblem(header: Fields): UcanCode | null {
  if (Object.hasOwn(header, "uav")) return "unsupported_version";
  if (!hasExactly(header, headerKeys, []) || header.typ !== "JWT") return "malformed";
  if (header.ucv !== "0.8.0" && header.ucv !== "0.8.1") return "unsupported_version";
  return header.alg === "EdDSA" || header.alg === "ES256" ? null : "unsupported_alg";
}

function payloadProblem(payload: Fields): UcanCode | null {
  if (!hasExactly(payload, payloadKeys, optionalKeys)) return "malformed";
  const { aud, att, exp, fct, iss, nbf, nnc, prf } = payload;
  if (typeof iss !== "string") return "malformed";
  if (typeof aud !== "string" || !/^did:[\x21-\x7e]{1,512}$/.test(aud)) return "malformed";
  if (typeof nnc !== "string" || !/^[\x21-\x7e]{1,128}$/.test(nnc)) return "malformed";
  if (!isEpochSec(exp) || (nbf !== undefined && !isEpochSec(nbf))) return "malformed";
  if (!Array.isArray(prf) || !prf.every((proof) => typeof proof === "string")) return "malformed";
  if (prf.length > 1) return "too_many_proofs";
  if (!Array.isArray(att)) return "malformed";
  if (att.length > maxCapabilities) return "too_many_capabilities";
  if (!att.every(isCapability)) return "malformed";
  return fct === undefined || isFacts(fct) ? null : "malformed";
}

function isFacts(facts: unknown): boolean {
  if (!Array.isArray(facts) || !facts.every(isRecord)) return false;
  const text = JSON.stringify(facts);
  return text.length <= maxFactsChars && !text.includes('"__proto__"') && isBindingOk(facts);
}

function isCapability(value: unknown): value is Capability {
  if (!isRecord(value) || !hasExactly(value, ["can", "with"], [])) return false;
  return typeof value.with === "string" && typeof value.can === "string";
}

function isEpochSec(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasExactly(record: Fields, required: readonly string[], optional: readonly string[]): boolean {
  const known = Object.keys(record).every((key) => required.includes(key) || optional.includes(key));
  return known && required.every((key) => Object.hasOwn(record, key));
}

const refuse = (code: UcanCode): Refusal => ({ ok: false, code });
const asText = (value: unknown): string => (typeof value === "string" ? value : "");
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asTexts = (value: unknown): readonly string[] =>
  asList(value).filter((item): item is string => typeof item === "string");
