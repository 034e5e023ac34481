import { mkdtemp, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueInvocation } from "@relite/core/ucan";
import { expect, it } from "vitest";
import { runOwners } from "../src/admin/index.ts";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { accessClient, fixedAudience } from "./access-client.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";

/** Every status that a dozen connections get, each given to any of the threads. */
async function statusesOf(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly number[]> {
  const one = () =>
    new Promise<number>((resolve, reject) => {
      const sent = request(url, { headers, agent: false }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
      });
      sent.on("error", reject).end();
    });
  return [...new Set(await Promise.all(Array.from({ length: 12 }, one)))];
}

it("[SH1] an owner is disabled, and a cookie good, on every thread at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-sharing-"));
  const owner = await newSigner();
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: folder }));
  await storage.owners.add(owner.did, null);
  storage.db.close();
  const endpoint = await startEndpoint({
    folder,
    owner,
    env: { DAV_THREADS: "2", DAV_AUDIENCES: fixedAudience },
  });
  try {
    const capabilities = [{ with: "app:test", can: "app/write" }];
    const token = await issueInvocation({
      issuer: owner,
      audience: fixedAudience,
      capabilities,
      nowMs: Date.now(),
    });
    const authorization = { Authorization: `Bearer ${token}` };
    const file = `${endpoint.url}/dav/apps/test/f.txt`;
    expect((await fetch(file, { method: "PUT", headers: authorization, body: "x" })).status).toBe(201);
    const { create, ucan } = accessClient({ server: endpoint, owner }, fixedAudience);
    const { password } = await create({ ucan: await ucan() });
    const signedIn = await fetch(`${endpoint.url}/relite/session`, {
      method: "POST",
      headers: { Origin: new URL(endpoint.url).origin, "Sec-Fetch-Site": "same-origin" },
      body: new URLSearchParams({ password, next: "/dav/apps/test/f.txt" }),
      redirect: "manual",
    });
    const Cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const io = { out() {}, err() {}, env: {} };
    for (const [verb, status] of [
      ["enable", 200],
      ["disable", 403],
      ["enable", 200],
    ] as const) {
      expect(await runOwners([verb, owner.did, "--data", folder], io)).toBe(0);
      expect(await statusesOf(file, authorization)).toEqual([status]);
      expect(await statusesOf(file, { Cookie })).toEqual([status]);
    }
    expect((await stat(join(folder, "dav", "session.key"))).mode & 0o777).toBe(0o600);
  } finally {
    await endpoint.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
