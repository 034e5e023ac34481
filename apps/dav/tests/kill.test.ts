import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "@relite/core/testing";
import { expect, it } from "vitest";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { createChunkedWriter } from "./kill/chunked-writer.ts";
import { spawnEndpoint, startEndpoint } from "./kill/endpoint-process.ts";
import { type KilledWriter, WrongAnswer } from "./kill/killed-writer.ts";
import { createTrashWriter } from "./kill/trash-writer.ts";
import { createTreeWriter } from "./kill/tree-writer.ts";
import { createTusWriter } from "./kill/tus-writer.ts";
import { createSyncClient, listing } from "./sync-client.ts";

/** `DAV_KILL_ROUNDS=200 npm test -- --project dav kill` takes the long run; `DAV_KILL_SEED` another one, `DAV_KILL_THREADS` other threads. */
const rounds = Number(process.env.DAV_KILL_ROUNDS ?? 10);
const seed = Number(process.env.DAV_KILL_SEED ?? 41);
const treeWriters = 11;
const env: Readonly<Record<string, string>> = { DAV_THREADS: process.env.DAV_KILL_THREADS ?? "2" };
const quiet = { out: () => {}, err: () => {}, env: {} };

it("[DU2] kill -9 under 16 writers: nothing acknowledged is lost, nothing is torn, every tree is whole", {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-kill-"));
  const owner = await newSigner();
  const random = seededRandom(seed);
  await runOwners(["add", owner.did, "--data", folder], quiet);
  const randomOf = (index: number) => seededRandom(seed * 1_000 + index);
  const writers: readonly KilledWriter[] = [
    ...Array.from({ length: treeWriters }, (_, index) =>
      createTreeWriter(`/dav/apps/test/w${index}`, randomOf(index)),
    ),
    createTusWriter("/dav/apps/test/tus-a", randomOf(20)),
    createTusWriter("/dav/apps/test/tus-b", randomOf(21)),
    createChunkedWriter("/dav/apps/test/chunked-a", randomOf(22)),
    createChunkedWriter("/dav/apps/test/chunked-b", randomOf(23)),
    createTrashWriter("kept", randomOf(24)),
  ];
  const acknowledged = () => writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
  const wrong: string[] = [];
  let request: Awaited<ReturnType<typeof startEndpoint>>["request"];
  const follower = createSyncClient({ request: (...args) => request(...args) }, () => undefined);

  for (let round = 0; round <= rounds; round += 1) {
    if (round % 5 === 4) {
      // Killed while it starts, which is when it recovers from the kill before.
      const starting = spawnEndpoint({ folder, owner, env });
      await delay(random() * 700);
      starting.child.kill("SIGKILL");
      await starting.ended;
    }
    const endpoint = await startEndpoint({ folder, owner, env });
    request = endpoint.request;
    const send = endpoint.request;
    if (round === 0) for (let index = 0; index < treeWriters; index += 1) await send("MKCOL", `w${index}`);
    await Promise.all(writers.map((writer) => writer.check(send)));
    await follower.catchUp();
    expect([...follower.known].sort()).toEqual([...(await listing(endpoint))].sort());
    expect(await runFsck(["--data", folder], quiet), `fsck after round ${round}`).toBe(0);
    if (round === rounds) {
      await Promise.all(writers.map((writer) => writer.readAll(send)));
      expect(endpoint.unexpected()).toEqual([]);
      expect(await endpoint.stop()).toBe(0);
      break;
    }
    const goal = acknowledged() + 30 + Math.floor(random() * 200);
    const killed = new AbortController();
    const reached = Promise.withResolvers<void>();
    const work = writers.map((writer) =>
      writer
        .write(
          send,
          () => killed.signal.aborted,
          () => acknowledged() >= goal && reached.resolve(),
        )
        .catch((error: unknown) => {
          if (error instanceof WrongAnswer || !killed.signal.aborted) wrong.push(String(error));
        }),
    );
    // Its token is of the middle of the writing: what it was told must not be gone after the kill.
    const following = follow(follower, killed.signal, wrong);
    await Promise.race([reached.promise, Promise.all(work)]);
    await delay(random() * 4);
    killed.abort();
    await endpoint.kill();
    await Promise.all([...work, following]);
    expect(wrong).toEqual([]);
    expect(endpoint.unexpected()).toEqual([]);
  }
  expect(acknowledged()).toBeGreaterThan(rounds * 30);
  if (rounds > 10) process.stdout.write(`${rounds} rounds, ${acknowledged()} acknowledged writes, 0 lost\n`);
  await rm(folder, { recursive: true, force: true });
});

async function follow(
  follower: ReturnType<typeof createSyncClient>,
  killed: AbortSignal,
  wrong: string[],
): Promise<void> {
  while (!killed.aborted) {
    await follower.catchUp().catch((error: unknown) => {
      if (!killed.aborted) wrong.push(String(error));
    });
    await delay(50);
  }
}

it("[DU3] killed at any moment of its first start, the next start finds a folder it can use", {
  timeout: 60_000 + rounds * 10_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-first-"));
  const owner = await newSigner();
  const random = seededRandom(seed);
  for (let round = 0; round < Math.max(3, rounds / 4); round += 1) {
    const data = join(folder, String(round));
    const { child, ended } = spawnEndpoint({ folder: data, owner });
    await delay(100 + random() * 600);
    child.kill("SIGKILL");
    await ended;
    await runOwners(["add", owner.did, "--data", data], quiet);
    const endpoint = await startEndpoint({ folder: data, owner });
    expect((await endpoint.request("PUT", "f", { body: "x".repeat(100_000) })).status).toBe(201);
    expect(await endpoint.stop()).toBe(0);
    expect(await runFsck(["--data", data], quiet)).toBe(0);
  }
  await rm(folder, { recursive: true, force: true });
});
