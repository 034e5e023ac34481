import { describe, expect, it } from "vitest";
import { fakeClock } from "../testing/index.ts";
import {
  createTokenSource,
  createVerifier,
  generateKeyPair,
  issueDelegation,
  type Signer,
  signerFromKeyPair,
} from "./index.ts";
import { decodeToken } from "./token.ts";

const audience = "did:web:localhost%3A3021";
const capabilities = [{ with: "app:relite", can: "app/write" }];

async function createScene(options: { ttlSec?: number; proofSec?: number } = {}) {
  const clock = fakeClock();
  const inner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const work = { signatures: 0, failNext: false };
  const signer: Signer = {
    ...inner,
    sign: (bytes) => {
      work.signatures += 1;
      if (work.failNext) {
        work.failNext = false;
        return Promise.reject(new Error("the key store is locked"));
      }
      return inner.sign(bytes);
    },
  };
  const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const { ttlSec, proofSec } = options;
  const proof = await issueDelegation({
    issuer: owner,
    audienceDid: signer.did,
    capabilities,
    expiresAtSec: clock.nowMs() / 1_000 + (proofSec ?? 86_400),
  });
  const source = createTokenSource({
    signer,
    proof,
    audience,
    capabilities,
    clock,
    ...(ttlSec === undefined ? {} : { ttlSec }),
  });
  return { clock, work, source };
}

const endOf = (token: string) => {
  const decoded = decodeToken(token);
  return decoded.ok ? decoded.token.expiresAtSec : Number.NaN;
};

describe("token source", () => {
  it("[UCAN19] gives the same token until 60 s before its end, then a new one", async () => {
    const { clock, work, source } = await createScene();
    const first = await source.token();
    await clock.advance(239_999);
    expect(await source.token()).toBe(first);
    await clock.advance(1);
    const second = await source.token();
    expect(second).not.toBe(first);
    expect(endOf(second)).toBe(endOf(first) + 240);
    expect(work.signatures).toBe(2);
  });

  it("[UCAN19] signs once for calls made together", async () => {
    const { work, source } = await createScene();
    const tokens = await Promise.all([source.token(), source.token(), source.token()]);
    expect(new Set(tokens).size).toBe(1);
    expect(work.signatures).toBe(1);
  });

  it("[UCAN19] renews a short token at half its life", async () => {
    const { clock, source } = await createScene({ ttlSec: 10 });
    const first = await source.token();
    await clock.advance(4_999);
    expect(await source.token()).toBe(first);
    await clock.advance(1);
    expect(await source.token()).not.toBe(first);
  });

  it("[UCAN19] never outlives its proof, and says so when that has ended", async () => {
    const { clock, source } = await createScene({ proofSec: 100 });
    expect(endOf(await source.token())).toBe(clock.nowMs() / 1_000 + 100);
    await clock.advance(100_000);
    await expect(source.token()).rejects.toMatchObject({ code: "unauthorized", reason: "expired" });
  });

  it("[UCAN19] does not keep a failure", async () => {
    const { work, source } = await createScene();
    work.failNext = true;
    await expect(source.token()).rejects.toThrow("locked");
    expect(await source.token()).toContain(".");
  });

  it("[UCAN19] drops the token at hand when told", async () => {
    const { source } = await createScene();
    const first = await source.token();
    source.invalidate();
    expect(await source.token()).not.toBe(first);
  });

  it.each([-1, 1])(
    "[UCAN19] is right again after a clock that is %d h wrong was corrected",
    async (hours) => {
      const { clock, source } = await createScene();
      const serverMs = clock.nowMs() + hours * 3_600_000 + 1_000;
      const server = createVerifier({
        audiences: [audience],
        isOwner: () => true,
        isRevoked: () => false,
        clock: fakeClock(serverMs),
      });
      const before = await server.verify(await source.token());
      expect(before).toEqual({ ok: false, code: hours > 0 ? "expired" : "lifetime_too_long" });
      source.correctClock(serverMs);
      expect(await server.verify(await source.token())).toMatchObject({ ok: true });
      source.correctClock(Number.NaN);
      expect(await server.verify(await source.token())).toMatchObject({ ok: true });
    },
  );
});
