import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueDelegation, issueInvocation } from "@relite/core/ucan";
import { expect, it } from "vitest";
import { runImport, runOwners, runRevoke, runTrash } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { accessClient, daySec, fixedAudience } from "./access-client.ts";
import { createConnection } from "./concurrency/connection.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";

const quiet = { out: () => {}, err: () => {}, env: {} };
const connections = 4;
const timesBefore = 3;

it("[DU13] what a command does in another process the next request knows, on every connection, often asked as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-stale-"));
  const owner = await newSigner();
  const data = ["--data", folder];
  await runOwners(["add", owner.did, ...data], quiet);
  const env = { DAV_THREADS: "2", DAV_AUDIENCES: fixedAudience };
  const endpoint = await startEndpoint({ folder, owner, env });
  const open = (authorization: string) => createConnection({ url: endpoint.url, authorization });
  const authorization = await ownersToken();
  const own = Array.from({ length: connections }, () => open(authorization));

  async function ownersToken() {
    const capabilities = [{ with: "app:test", can: "app/write" }];
    const order = { issuer: owner, audience: fixedAudience, capabilities, nowMs: Date.now() };
    return `Bearer ${await issueInvocation(order)}`;
  }

  /** What each connection is answered: a line each, the same ones once. */
  async function ask(method: string, path: string, all = own): Promise<readonly string[]> {
    const told = all.map(async ({ send }) => {
      const answer = await send(method, path, { headers: { Depth: "1", "Accept-Encoding": "gzip" } });
      return `${answer.status} ${(await answer.text()).split("<D:response>").length - 1}`;
    });
    return [...new Set(await Promise.all(told))];
  }

  /** Asks until everything that could be kept is kept, then has the command run, then asks each connection once. */
  async function around(
    questions: readonly (readonly [string, string])[],
    command: () => Promise<number>,
    all = own,
  ) {
    for (let times = 0; times < timesBefore; times += 1)
      for (const [method, path] of questions) await ask(method, path, all);
    expect(await command()).toBe(0);
    const answers: (readonly string[])[] = [];
    for (const [method, path] of questions) answers.push(await ask(method, path, all));
    return answers;
  }

  const files = "/dav/apps/test/";
  const [put] = await Promise.all([
    own[0]?.send("PUT", `${files}f`, { body: "f" }),
    own[1]?.send("PUT", `${files}g`, { body: "g" }),
  ]);
  expect(put?.status).toBe(201);
  const look = [
    ["PROPFIND", files],
    ["GET", `${files}f`],
  ] as const;
  expect(await ask("PROPFIND", files)).toEqual(["207 3"]);

  const disable = () => runOwners(["disable", owner.did, ...data], quiet);
  expect(await around(look, disable)).toEqual([["403 0"], ["403 0"]]);
  const enable = () => runOwners(["enable", owner.did, ...data], quiet);
  expect(await around(look, enable)).toEqual([["207 3"], ["200 0"]]);

  const source = join(folder, "source");
  await mkdir(source);
  await writeFile(join(source, "imported"), "x".repeat(100_000));
  await writeFile(join(source, "f"), "another f");
  const bring = () =>
    runImport([source, "--owner", owner.did, "--app", "test", "--on-conflict", "replace", ...data], quiet);
  expect(await around([...look, ["GET", `${files}imported`]], bring)).toEqual([
    ["207 4"],
    ["200 0"],
    ["200 0"],
  ]);
  for (const { send } of own) expect(await (await send("GET", `${files}f`)).text()).toBe("another f");

  await own[0]?.send("DELETE", `${files}g`);
  expect(await ask("PROPFIND", "/dav/trash/test/")).toEqual(["207 2"]);
  const purge = () => runTrash(["empty", "--owner", owner.did, ...data], quiet);
  expect(
    await around(
      [
        ["PROPFIND", "/dav/trash/test/"],
        ["PROPFIND", files],
      ],
      purge,
    ),
  ).toEqual([["207 1"], ["207 3"]]);

  const client = accessClient({ server: endpoint, owner }, fixedAudience);
  const { id, password } = await client.create({ ucan: await client.ucan() });
  const basic = Array.from({ length: connections }, () => open(`Basic ${btoa(`me:${password}`)}`));
  const take = () => runRevoke(["app-password", id, ...data], quiet);
  expect(await around(look, take, basic)).toEqual([["401 0"], ["401 0"]]);

  const device = await newSigner();
  const capabilities = [{ with: "app:test", can: "app/write" }];
  const expiresAtSec = Math.floor(Date.now() / 1_000) + daySec;
  const proof = await issueDelegation({ issuer: owner, audienceDid: device.did, capabilities, expiresAtSec });
  const order = { issuer: device, proof, audience: fixedAudience, capabilities, nowMs: Date.now() };
  const token = `Bearer ${await issueInvocation(order)}`;
  const devices = Array.from({ length: connections }, () => open(token));
  const lose = () => runRevoke(["device", device.did, ...data], quiet);
  expect(await around(look, lose, devices)).toEqual([["401 0"], ["401 0"]]);
  const find = () => runRevoke(["device", device.did, "--undo", ...data], quiet);
  expect(await around(look, find, devices)).toEqual([["207 3"], ["200 0"]]);

  for (const { close } of [...own, ...basic, ...devices]) close();
  expect(endpoint.unexpected()).toEqual([]);
  await endpoint.stop();
  await rm(folder, { recursive: true, force: true });
});
