import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueDelegation, issueInvocation, type Signer } from "@relite/core/ucan";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { accessClient, daySec, fixedAudience } from "./access-client.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";

const connections = 12;

/** The status of a PROPFIND on a connection of its own: the system gives it to any of the threads. */
function statusOf(url: string, authorization: string): Promise<number> {
  const headers = { Authorization: authorization, Depth: "0" };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/dav/apps/test/`, { method: "PROPFIND", headers, agent: false }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.on("error", reject).end();
  });
}

async function statusesOf(url: string, authorization: string): Promise<readonly number[]> {
  const all = await Promise.all(Array.from({ length: connections }, () => statusOf(url, authorization)));
  return [...new Set(all)];
}

const basicOf = (password: string) => `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;

describe("access over several threads, as a process", () => {
  let folder: string;
  let owner: Signer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "relite-access-"));
    owner = await newSigner();
    const storage = await openStorage(readConfig({ DAV_DATA_DIR: folder }));
    await storage.owners.add(owner.did, null);
    storage.db.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = () =>
    startEndpoint({ folder, owner, env: { DAV_THREADS: "2", DAV_AUDIENCES: fixedAudience } });

  it("[AC15] what was revoked on one thread is refused on all, and after a kill -9; failures are counted together", async () => {
    let endpoint = await start();
    try {
      const { create, ucan, ask } = accessClient({ server: endpoint, owner }, fixedAudience);
      const { id, password } = await create({ ucan: await ucan() });
      const device = await newSigner();
      const proof = await issueDelegation({
        issuer: owner,
        audienceDid: device.did,
        capabilities: [{ with: "app:*", can: "app/write" }],
        expiresAtSec: Math.floor(Date.now() / 1_000) + daySec,
      });
      const capabilities = [{ with: "app:test", can: "app/read" }];
      const order = { issuer: device, proof, audience: fixedAudience, capabilities, nowMs: Date.now() };
      const bearer = `Bearer ${await issueInvocation(order)}`;
      const both = async () => [
        await statusesOf(endpoint.url, basicOf(password)),
        await statusesOf(endpoint.url, bearer),
      ];
      expect(await both()).toEqual([[207], [207]]);
      expect((await ask("DELETE", `/relite/app-passwords/${id}`)).status).toBe(204);
      expect((await ask("DELETE", `/relite/devices/${device.did}`)).status).toBe(204);
      expect(await both()).toEqual([[401], [401]]);
      await endpoint.kill();
      endpoint = await start();
      expect(await both()).toEqual([[401], [401]]);
      const statuses = [];
      for (let tries = 0; tries < 22; tries += 1)
        statuses.push(await statusOf(endpoint.url, basicOf("a".repeat(40))));
      expect(statuses.slice(-1)).toEqual([429]);
      expect(endpoint.unexpected()).toEqual([]);
    } finally {
      await endpoint.stop();
    }
  }, 60_000);
});
