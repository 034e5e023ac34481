import { generateKeyPairSync, sign, verify } from "node:crypto";
import { systemClock } from "@relite/core/clock";
import { createNodeTokenCrypto } from "@relite/core/node";
import {
  createVerifier,
  generateKeyPair,
  issueDelegation,
  issueInvocation,
  signerFromKeyPair,
  type Verifier,
  type VerifierOptions,
} from "@relite/core/ucan";
import { type Contender, measureRates, type Table } from "./measure.ts";

const audience = "did:web:localhost%3A3021";
const tokensInPool = 512;

/** Verifications per second of owner → device → server, against one raw Ed25519 check of the runtime. */
export async function* benchUcan(): AsyncGenerator<Table> {
  const tokens = await issueTokens();
  const nodeCheck = rawNodeCheck(tokens[0] ?? "");
  const webCheck = await rawWebCheck(tokens[0] ?? "");
  yield await measureRates("UCAN through one delegation (two signatures), node:crypto", [
    { name: "raw Ed25519 verify of the runtime", run: nodeCheck },
    ...contenders(tokens, createNodeTokenCrypto),
  ]);
  yield await measureRates("UCAN through one delegation (two signatures), WebCrypto", [
    { name: "raw Ed25519 verify of the runtime", run: webCheck },
    ...contenders(tokens, () => undefined),
  ]);
}

function contenders(
  tokens: readonly string[],
  cryptoOf: () => VerifierOptions["crypto"],
): readonly Contender[] {
  const verifierWith = (maxCached: number, crypto = cryptoOf()): Verifier =>
    createVerifier({
      audiences: [audience],
      isOwner: () => true,
      isRevoked: () => false,
      clock: systemClock,
      maxCached,
      ...(crypto === undefined ? {} : { crypto }),
    });
  // One entry a cache: of 512 tokens in turn none is ever cached, their common proof always is.
  const keysKnown = verifierWith(0);
  const proofKnown = verifierWith(1);
  const tokensKnown = verifierWith(tokensInPool);
  return [
    {
      name: "verify, cold, keys imported first",
      run: inTurn(tokens, (one) => must(verifierWith(1), one)),
    },
    { name: "verify, cold, keys known", run: inTurn(tokens, (one) => must(keysKnown, one)) },
    { name: "verify, proof cached", run: inTurn(tokens, (one) => must(proofKnown, one)) },
    { name: "verify, token cached", run: inTurn(tokens, (one) => must(tokensKnown, one)) },
  ];
}

async function issueTokens(): Promise<readonly string[]> {
  const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg: "EdDSA" }));
  const device = await signerFromKeyPair(await generateKeyPair({ extractable: false, alg: "EdDSA" }));
  const proof = await issueDelegation({
    issuer: owner,
    audienceDid: device.did,
    capabilities: [{ with: "app:*", can: "app/write" }],
    expiresAtSec: Math.floor(systemClock.nowMs() / 1_000) + 86_400,
  });
  const capabilities = [{ with: "app:relite", can: "app/write" }];
  const order = { issuer: device, audience, capabilities, ttlSec: 3_600, proof };
  const issue = () => issueInvocation({ ...order, nowMs: systemClock.nowMs() });
  return Promise.all(Array.from({ length: tokensInPool }, issue));
}

function rawNodeCheck(token: string): () => unknown {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const text = signedTextOf(token);
  const signature = sign(null, text, privateKey);
  return () => verify(null, text, publicKey, signature);
}

async function rawWebCheck(token: string): Promise<() => unknown> {
  const { privateKey, publicKey } = await generateKeyPair({ extractable: false, alg: "EdDSA" });
  const text = signedTextOf(token);
  const signature = await crypto.subtle.sign("Ed25519", privateKey, text);
  return () => crypto.subtle.verify("Ed25519", publicKey, signature, text);
}

/** What the invocation's own signature covers, so that the raw check hashes as much as ours. */
function signedTextOf(token: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(token.slice(0, token.lastIndexOf(".")));
}

function inTurn(tokens: readonly string[], run: (token: string) => unknown): () => unknown {
  let next = 0;
  return () => run(tokens[next++ % tokens.length] ?? "");
}

async function must(verifier: Verifier, token: string): Promise<void> {
  // A copy, as every request brings one: an interned string would hash for free.
  const verified = await verifier.verify(Buffer.from(token, "latin1").toString("latin1"));
  if (!verified.ok) throw new Error(`the measured token was refused: ${verified.code}`);
}
