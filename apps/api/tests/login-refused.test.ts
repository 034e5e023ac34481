import { request } from "node:http";
import { fakeClock } from "@relite/core/testing";
import {
  audienceOfUrl,
  generateKeyPair,
  issueDelegation,
  issueInvocation,
  signerFromKeyPair,
} from "@relite/core/ucan";
import { describe, expect, test } from "vitest";
import { claimed, newSigner, setupCode, startTestApi } from "./api-under-test.ts";

const readLibrary = { with: "library:", can: "library/read" };

describe("a login that does not hold", () => {
  test("[API3] says why in WWW-Authenticate, by the verifier's code", async () => {
    await using api = await startTestApi();
    const { signer } = await claimed(api);
    const nowMs = Date.now();
    const good = await api.tokenOf(signer);
    const [header = "", payload = "", signature = ""] = good.split(".");
    const otherAudience = await api.tokenOf(signer, { audience: "did:web:elsewhere.example" });
    const expired = await api.tokenOf(signer, { clock: fakeClock(nowMs - 3_600_000) });
    const early = await api.tokenOf(signer, { clock: fakeClock(nowMs + 3_600_000) });
    const forged = `${header}.${payload}.${signature.slice(0, -4)}AAAA`;
    const refused: readonly (readonly [string | null, string | null])[] = [
      [null, null],
      ["", null],
      ["Basic YTpi", null],
      ["Bearer", null],
      ["Bearer not-a-token", "malformed"],
      [`Bearer ${good}.x`, "malformed"],
      [`Bearer ${"x".repeat(9_000)}`, "too_large"],
      [`Bearer ${otherAudience}`, "wrong_audience"],
      [`Bearer ${expired}`, "expired"],
      [`Bearer ${early}`, "lifetime_too_long"],
      [`Bearer ${forged}`, "bad_signature"],
      [`Bearer ${await api.tokenOf(await newSigner())}`, "unknown_root"],
    ];
    for (const [authorization, code] of refused) {
      for (const path of ["/api/me", "/api/trpc/me.get"]) {
        const headers = authorization === null ? {} : { authorization };
        const answer = await fetch(api.url + path, { headers });
        const challenge = answer.headers.get("www-authenticate");
        expect([answer.status, path, authorization?.slice(0, 40)]).toEqual([
          401,
          path,
          authorization?.slice(0, 40),
        ]);
        const expected =
          code === null
            ? 'Bearer realm="relite"'
            : `Bearer realm="relite", error="invalid_token", error_description="${code}"`;
        expect(challenge, authorization ?? "none").toBe(expected);
        const body = await answer.text();
        if (authorization !== null && authorization.length > 20)
          expect(body).not.toContain(authorization.slice(7));
      }
    }
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
      const own = audienceOfUrl(`http://${name}:${api.server.port}`);
      const token = await api.tokenOf(signer, { audience: own });
      const answer = await fetch(`${api.url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status, name).toBe(200);
    }
    const otherPort = await api.tokenOf(signer, { audience: "did:web:localhost%3A1" });
    const headers = { authorization: `Bearer ${otherPort}` };
    expect((await fetch(`${api.url}/api/me`, { headers })).status).toBe(401);
  });

  test("[API4] a token without the capability is refused with the name of what is missing", async () => {
    await using api = await startTestApi();
    const { signer } = await claimed(api);
    const send = async (method: string, path: string, can: string) => {
      const [scheme = ""] = can.split("/");
      const token = await api.tokenOf(signer, { capabilities: [{ with: `${scheme}:`, can }] });
      return fetch(api.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(method === "GET" ? {} : { body: "{}" }),
      });
    };
    const missing: readonly (readonly [string, string, string, string])[] = [
      ["GET", "/api/me", "library/write", "profile: profile/read"],
      ["PUT", "/api/me", "profile/read", "profile: profile/write"],
      ["GET", "/api/webdav", "profile/write", "library: library/read"],
      ["POST", "/api/webdav", "library/read", "library: library/write"],
      ["DELETE", "/api/webdav/x", "library/read", "library: library/write"],
      ["POST", "/api/webdav/x/sync", "library/read", "library: library/write"],
      ["GET", "/api/books", "chat/write", "library: library/read"],
      ["PUT", "/api/books/x/read-state", "library/read", "library: library/write"],
      ["POST", "/api/jobs/x/cancel", "library/read", "library: library/write"],
      ["GET", "/api/settings", "library/write", "chat: chat/read"],
      ["PUT", "/api/settings", "chat/read", "chat: chat/write"],
      ["POST", "/api/invitations", "profile/read", "profile: profile/write"],
    ];
    for (const [method, path, held, needed] of missing) {
      const answer = await send(method, path, held);
      expect(answer.status, `${method} ${path}`).toBe(403);
      expect(answer.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
      expect(await answer.json()).toMatchObject({
        code: "insufficient",
        reason: "insufficient_scope",
        detail: `The token lacks ${needed}.`,
      });
    }
    expect((await send("GET", "/api/books", "library/write")).status).toBe(200);
  });

  test("[API5] a device acts for its owner by delegation, within what was delegated", async () => {
    await using api = await startTestApi();
    const owner = await claimed(api);
    const device = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
    const nowMs = Date.now();
    const proof = await issueDelegation({
      issuer: owner.signer,
      audienceDid: device.did,
      capabilities: [readLibrary],
      expiresAtSec: Math.floor(nowMs / 1_000) + 86_400,
    });
    const ask = async (can: string) => {
      const capabilities = [{ with: "library:", can }];
      const token = await issueInvocation({
        issuer: device,
        audience: api.audience,
        capabilities,
        proof,
        nowMs,
      });
      return fetch(`${api.url}/api/webdav`, { headers: { authorization: `Bearer ${token}` } });
    };
    expect((await ask("library/read")).status).toBe(200);
    const escalated = await fetch(`${api.url}/api/webdav`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await issueInvocation({
          issuer: device,
          audience: api.audience,
          capabilities: [{ with: "library:", can: "library/write" }],
          proof,
          nowMs,
        })}`,
      },
      body: "{}",
    });
    expect(escalated.status).toBe(403);
  });

  test("[API6] two Authorization headers are a bad request", async () => {
    await using api = await startTestApi();
    const { signer } = await claimed(api);
    const token = await api.tokenOf(signer);
    const status = await new Promise((resolve, reject) => {
      const headers = ["Host", "localhost", "Authorization", `Bearer ${token}`, "Authorization", "Bearer x"];
      request(`${api.url}/api/me`, { headers, setHost: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(400);
  });

  test("[API7] only so many wrong codes a minute are looked at", async () => {
    await using api = await startTestApi();
    const client = api.clientOf(await newSigner());
    const reasons: string[] = [];
    for (let round = 0; round < 12; round++) {
      const failed = await client.setup.claim
        .mutate({ code: `wrong-code-${round}` })
        .catch((error) => error.data.reason);
      reasons.push(String(failed));
    }
    expect(reasons.filter((reason) => reason === "bad_setup_code")).toHaveLength(10);
    expect(reasons.slice(-2)).toEqual(["too_many_tries", "too_many_tries"]);
    await expect(client.setup.claim.mutate({ code: setupCode })).rejects.toMatchObject({
      data: { code: "rate_limited" },
    });
  });
});
