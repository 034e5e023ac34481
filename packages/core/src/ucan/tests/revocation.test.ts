import { beforeEach, describe, expect, it } from "vitest";
import { createNodeTokenCrypto } from "../../node/index.ts";
import {
  inspectChain,
  issueRevocation,
  type RevocationRecord,
  type Signer,
  verifyRevocation,
} from "../index.ts";
import { createWorld, forge, relite, type World } from "./forge.ts";

let world: World;
/** Owner → device, and a share of the device's for a friend: three who sign. */
let delegation: string;
let share: string;
let invocation: string;
beforeEach(async () => {
  world = await createWorld();
  delegation = await world.delegation();
  share = await forge({
    issuer: world.device,
    payload: { aud: world.friend.did, att: [relite], exp: world.nowSec() + day, prf: [delegation] },
  });
  invocation = await world.invocation({ issuer: world.friend, payload: { prf: [share] } });
});

const day = 86_400;
const prove = (record: RevocationRecord) =>
  verifyRevocation(record, {
    isOwner: (did) => world.owners.has(did),
    nowMs: world.clock.nowMs(),
    crypto: createNodeTokenCrypto(),
  });
const codeOf = async (record: RevocationRecord) => {
  const proven = await prove(record);
  return proven.ok ? "ok" : proven.code;
};
/** A record signed by whoever, whatever it says. */
async function sign(signer: Signer, ucan: string, revoke?: string): Promise<RevocationRecord> {
  const cid = revoke ?? (await inspectChain(ucan))?.cid ?? "";
  const signature = await signer.sign(new TextEncoder().encode(`REVOKE:${cid}`));
  const challenge = Buffer.from(signature).toString("base64").replaceAll("=", "");
  return { iss: signer.did, revoke: cid, challenge, ucan };
}

describe("a revocation", () => {
  it.each([
    ["the delegation, by the owner", () => delegation, () => world.owner],
    ["the share, by its maker", () => share, () => world.device],
    ["the share, by the owner", () => share, () => world.owner],
    ["the invocation, by who signed it", () => invocation, () => world.friend],
    ["the invocation, by who shared", () => invocation, () => world.device],
  ])("[UCAN25] takes back %s", async (_, tokenOf, signerOf) => {
    const record = await issueRevocation(signerOf(), tokenOf());
    const [header, payload] = tokenOf().split(".");
    expect(record.revoke).toMatch(/^bafkrei[a-z2-7]{52}$/);
    expect(await prove(record)).toEqual({
      ok: true,
      revocation: {
        tokenId: createNodeTokenCrypto().sha256(`${header}.${payload}`),
        cid: record.revoke,
        issuerDid: signerOf().did,
        rootDid: world.owner.did,
        expiresAtSec: expect.any(Number),
      },
    });
  });

  it("[UCAN25] is the format of the specification: a CIDv1 and a signature over REVOKE:<cid>", async () => {
    const made = await sign(world.device, share);
    expect(made.revoke).toBe((await issueRevocation(world.device, share)).revoke);
    expect(await codeOf(made)).toBe("ok");
    const url = { ...made, challenge: made.challenge.replaceAll("+", "-").replaceAll("/", "_") };
    expect(await codeOf(url)).toBe("ok");
  });

  it("[UCAN25] names what refuses the token and what rests on it, and nothing above", async () => {
    const proven = await prove(await issueRevocation(world.device, share));
    if (!proven.ok) throw new Error(proven.code);
    world.revoked.add(proven.revocation.tokenId);
    expect(await world.codeOf(invocation)).toBe("revoked");
    expect(await world.codeOf(await world.invocation({ payload: { prf: [delegation] } }))).toBe("ok");
  });

  it.each<
    readonly [string, (good: RevocationRecord) => Promise<RevocationRecord> | RevocationRecord, string]
  >([
    ["by who only received it", () => sign(world.friend, share), "insufficient"],
    ["by a stranger", () => sign(world.stranger, share), "insufficient"],
    ["of what is above, by who is below", () => sign(world.friend, delegation), "insufficient"],
    [
      "signed by another in the issuer's name",
      async () => ({ ...(await sign(world.stranger, share)), iss: world.device.did }),
      "bad_signature",
    ],
    ["of another token", (good) => ({ ...good, ucan: delegation }), "malformed"],
    [
      "whose cid is another's",
      () => sign(world.device, share, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
      "malformed",
    ],
    [
      "by the id in place of the cid",
      async () => sign(world.device, share, (await inspectChain(share))?.tokenId),
      "malformed",
    ],
    [
      "with a changed challenge",
      (good) => ({ ...good, challenge: good.challenge.replace(/^.{8}/, "AAAAAAAA") }),
      "bad_signature",
    ],
    ["with a short challenge", (good) => ({ ...good, challenge: good.challenge.slice(4) }), "malformed"],
    ["with a padded challenge", (good) => ({ ...good, challenge: `${good.challenge}==` }), "malformed"],
    ["without a challenge", (good) => ({ ...good, challenge: "" }), "malformed"],
    ["without a witness", (good) => ({ ...good, ucan: "" }), "missing"],
    ["with a witness of 9 kB", (good) => ({ ...good, ucan: "e".repeat(9_000) }), "too_large"],
    ["by no key", (good) => ({ ...good, iss: "did:web:example.org" }), "bad_did"],
    [
      "of a forged witness",
      async () => sign(world.device, share.replace(/.{8}$/, "AAAAAAAA")),
      "bad_signature",
    ],
    [
      "of a witness that names the victim but is signed by another",
      async () => {
        const payload = {
          iss: world.owner.did,
          aud: world.friend.did,
          att: [relite],
          exp: world.nowSec() + day,
        };
        return sign(
          world.stranger,
          await forge({ issuer: { ...world.stranger, alg: world.owner.alg }, payload }),
        );
      },
      "insufficient",
    ],
    [
      "of a witness whose proof is for another",
      async () => {
        const payload = {
          aud: world.friend.did,
          att: [relite],
          exp: world.nowSec() + day,
          prf: [delegation],
        };
        return sign(world.stranger, await forge({ issuer: world.stranger, payload }));
      },
      "broken_chain",
    ],
    [
      "of a stranger's own chain",
      async () => {
        const payload = { aud: world.friend.did, att: [relite], exp: world.nowSec() + day };
        return sign(world.stranger, await forge({ issuer: world.stranger, payload }));
      },
      "unknown_root",
    ],
    [
      "of what has ended",
      async () => {
        const payload = { aud: world.friend.did, att: [relite], exp: world.nowSec() };
        return sign(world.owner, await forge({ issuer: world.owner, payload }));
      },
      "expired",
    ],
  ])("[UCAN25] is refused %s", async (_, change, code) => {
    const good = await issueRevocation(world.device, share);
    expect(await codeOf(await change(good))).toBe(code);
  });

  it("[UCAN25] also takes back what is not valid yet or lasts too long for now", async () => {
    const payload = { aud: world.friend.did, att: [relite], exp: world.nowSec() + 900 * day };
    expect(await codeOf(await sign(world.owner, await forge({ issuer: world.owner, payload })))).toBe("ok");
  });

  it("[UCAN25] is not made by who may not, or of what is no token", async () => {
    await expect(issueRevocation(world.friend, share)).rejects.toMatchObject({ reason: "insufficient" });
    await expect(issueRevocation(world.owner, "a.b.c")).rejects.toMatchObject({ reason: "malformed" });
    expect(await inspectChain("a.b.c")).toBeNull();
  });
});
