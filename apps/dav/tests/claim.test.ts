import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@relite/core/testing";
import { issueInvocation, type Signer } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { startDavServer } from "../src/server.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";

const profile = { with: "profile:", can: "profile/read" };

async function startUnclaimed(parts = {}) {
  const folder = await mkdtemp(join(tmpdir(), "relite-dav-"));
  const config = readConfig({ DAV_PORT: "0", DAV_DATA_DIR: folder, DAV_SETUP_CODE: "right-code" });
  const server = await startDavServer(config, parts);
  return {
    server,
    info: async () => (await fetch(`${server.url}/relite/info`)).json(),
    async claim(signer: Signer, code: unknown, capabilities = [profile]) {
      const audience = `did:web:localhost%3A${server.port}`;
      const token = await issueInvocation({ issuer: signer, audience, capabilities, nowMs: Date.now() });
      const answer = await fetch(`${server.url}/relite/claim`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ code }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe("claim", () => {
  it("[DV34] the first owner enrols by the setup code and a token of the key, once", async () => {
    await using dav = await startUnclaimed();
    expect(await dav.info()).toEqual({
      product: "relite-dav",
      version: "0.1.0",
      prefix: "/dav",
      audiences: [`did:web:localhost%3A${dav.server.port}`, `did:web:127.0.0.1%3A${dav.server.port}`],
      claimed: false,
      registration: "invite",
      requiredResource: "app:*",
      requiredAction: "app/read",
    });
    const signer = await newSigner();
    expect(await dav.claim(signer, "wrong-code")).toMatchObject({
      status: 403,
      body: { reason: "bad_setup_code" },
    });
    expect(await dav.claim(signer, "right-code", [{ with: "app:a", can: "app/read" }])).toMatchObject({
      status: 403,
    });
    expect(await dav.claim(signer, 7)).toMatchObject({ status: 400 });
    expect(await dav.info()).toMatchObject({ claimed: false });
    expect(await dav.claim(signer, "right-code")).toEqual({ status: 201, body: { did: signer.did } });
    expect(await dav.info()).toMatchObject({ claimed: true });
    expect(await dav.claim(await newSigner(), "right-code")).toMatchObject({ status: 409 });
  });

  it("[DV35] the code cannot be guessed: a few tries a minute", async () => {
    const clock = fakeClock(Date.now());
    await using dav = await startUnclaimed({ clock });
    const signer = await newSigner();
    for (let index = 0; index < 5; index += 1)
      expect((await dav.claim(signer, `guess-${index}`)).status).toBe(403);
    expect((await dav.claim(signer, "right-code")).status).toBe(429);
    clock.set(clock.nowMs() + 60_000);
    expect((await dav.claim(signer, "right-code")).status).toBe(201);
  });

  it("[DV36] /healthz and /readyz answer without a token", async () => {
    await using dav = await startUnclaimed();
    expect((await fetch(`${dav.server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${dav.server.url}/readyz`)).status).toBe(200);
  });
});
