import { createNodeTokenCrypto } from "../../node/index.ts";
import { type FakeClock, fakeClock } from "../../testing/index.ts";
import {
  type Capability,
  createVerifier,
  generateKeyPair,
  type Principal,
  type Signer,
  signerFromKeyPair,
  type TokenCrypto,
  type UcanCode,
  type Verified,
} from "../index.ts";
import { createWebTokenCrypto } from "../token-crypto.ts";

export const audience = "did:web:localhost%3A3021";

/** `app/write` unless another action is said. */
export const capability = (resource: string, can = "app/write"): Capability => ({ with: resource, can });

export const everyApp = capability("app:*");
export const relite = capability("app:relite");

export type Fields = Readonly<Record<string, unknown>>;

/** What goes into a forged token; whatever is not said is right. */
export interface Forgery {
  readonly issuer: Signer;
  readonly header?: Fields;
  readonly payload?: Fields;
  /** Replaces the JSON text of a part. */
  readonly headerText?: string;
  readonly payloadText?: string | Uint8Array;
  readonly signature?: (good: Uint8Array) => Uint8Array;
}

/** A small world: an owner, their device, strangers, a clock, and a verifier that counts its work. */
export interface World {
  readonly clock: FakeClock;
  readonly owner: Signer;
  readonly device: Signer;
  readonly friend: Signer;
  readonly stranger: Signer;
  readonly owners: Set<string>;
  readonly revoked: Set<string>;
  readonly work: { checks: number; hashes: number; ownerLookups: number };
  nowSec(): number;
  /** Owner → device, every app, 30 days. */
  delegation(change?: Partial<Forgery>): Promise<string>;
  /** Device → server, app relite, 5 minutes, through `delegation()` unless another proof is given. */
  invocation(change?: Partial<Forgery>): Promise<string>;
  verify(token: string): Promise<Verified>;
  /** The code of a refusal, or `ok`. */
  codeOf(token: string): Promise<UcanCode | "ok">;
}

export async function createWorld(
  options: { readonly maxCached?: number; readonly runtime?: "node" | "web" } = {},
): Promise<World> {
  const { runtime = "node", ...limits } = options;
  const clock = fakeClock();
  const newSigner = async (alg: "EdDSA" | "ES256" = "EdDSA") =>
    signerFromKeyPair(await generateKeyPair({ extractable: false, alg }));
  const [owner, device, friend, stranger] = [
    await newSigner(),
    await newSigner("ES256"),
    await newSigner(),
    await newSigner(),
  ];
  const owners = new Set([owner.did]);
  const revoked = new Set<string>();
  const work = { checks: 0, hashes: 0, ownerLookups: 0 };
  const nowSec = () => Math.floor(clock.nowMs() / 1_000);
  const verifier = createVerifier({
    audiences: [audience],
    isOwner: (did) => {
      work.ownerLookups += 1;
      return owners.has(did);
    },
    isRevoked: ({ tokenIds, issuerDids }) => [...tokenIds, ...issuerDids].some((name) => revoked.has(name)),
    clock,
    crypto: countedCrypto(runtime === "node" ? createNodeTokenCrypto() : createWebTokenCrypto(), work),
    ...limits,
  });
  const delegation = (change: Partial<Forgery> = {}) =>
    forge({
      issuer: owner,
      ...change,
      payload: { aud: device.did, att: [everyApp], exp: nowSec() + 30 * 86_400, ...change.payload },
    });
  const invocation = async (change: Partial<Forgery> = {}) =>
    forge({
      issuer: device,
      ...change,
      payload: {
        aud: audience,
        att: [relite],
        exp: nowSec() + 300,
        prf: change.payload?.prf ?? [await delegation()],
        ...change.payload,
      },
    });
  const verify = (token: string) => verifier.verify(token);
  const codeOf = async (token: string) => {
    const verified = await verify(token);
    return verified.ok ? "ok" : verified.code;
  };
  return {
    clock,
    owner,
    device,
    friend,
    stranger,
    owners,
    revoked,
    work,
    nowSec,
    delegation,
    invocation,
    verify,
    codeOf,
  };
}

/** Owner grants `root`, the device asks for `leaf`: who results. */
export async function invokedPrincipal(
  world: World,
  root: readonly unknown[],
  leaf: readonly unknown[],
): Promise<Principal> {
  const prf = [await world.delegation({ payload: { att: root } })];
  const verified = await world.verify(await world.invocation({ payload: { att: leaf, prf } }));
  if (!verified.ok) throw new Error(verified.code);
  return verified.principal;
}

/** Signs whatever it is given: the one way to make tokens that our own issue functions refuse to make. */
export async function forge({ issuer, header, payload, ...raw }: Forgery): Promise<string> {
  const fullHeader = { alg: issuer.alg, typ: "JWT", ucv: "0.8.1", ...header };
  const fullPayload = { iss: issuer.did, nnc: crypto.randomUUID().slice(0, 8), prf: [], ...payload };
  const signedText = [
    encode(raw.headerText ?? JSON.stringify(fullHeader)),
    encode(raw.payloadText ?? JSON.stringify(fullPayload)),
  ].join(".");
  const good = await issuer.sign(new TextEncoder().encode(signedText));
  return `${signedText}.${Buffer.from(raw.signature?.(good) ?? good).toString("base64url")}`;
}

/** The decoded payload of a token, to build variants of it. */
export function payloadOf(token: string): Fields {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

/** Replaces one of the three parts of a token. */
export function withPart(token: string, index: 0 | 1 | 2, change: (part: string) => string): string {
  return token
    .split(".")
    .map((part, at) => (at === index ? change(part) : part))
    .join(".");
}

function encode(part: string | Uint8Array): string {
  return Buffer.from(part).toString("base64url");
}

function countedCrypto(inner: TokenCrypto, work: { checks: number; hashes: number }): TokenCrypto {
  return {
    sha256: (text) => {
      work.hashes += 1;
      return inner.sha256(text);
    },
    verify: (...args) => {
      work.checks += 1;
      return inner.verify(...args);
    },
  };
}
