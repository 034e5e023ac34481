import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { expect, it } from "vitest";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { type EndpointProcess, startEndpoint } from "./kill/endpoint-process.ts";
import { bring, trashOf } from "./trash-client.ts";

const quiet = { out: () => {}, err: () => {}, env: {} };
const rounds = Number(process.env.DAV_TRASH_KILL_ROUNDS ?? 2);
const trees = ["a", "b", "c", "d"];
const filesPerTree = 5;

/** Deletes a tree, and brings it back or ends it and makes another, until the process is gone. */
async function shuffle(dav: EndpointProcess, tree: string, random: () => number): Promise<void> {
  for (;;) {
    if ((await countAt(dav, `/dav/apps/test/${tree}`)) === null) await make(dav, tree);
    await dav.request("DELETE", tree);
    const entry = (await trashOf(dav)).find(({ values }) => values.get("original-path") === tree);
    if (entry === undefined) continue;
    if (random() < 0.7) await bring(dav, entry.href, tree);
    else await dav.request("DELETE", entry.href);
  }
}

async function make(dav: EndpointProcess, tree: string): Promise<void> {
  await dav.request("MKCOL", `${tree}.new`);
  for (let index = 0; index < filesPerTree; index += 1) {
    await dav.request("PUT", `${tree}.new/${index}`, { body: `${tree} ${index}` });
  }
  await dav.request("MOVE", `${tree}.new`, { headers: { Destination: `/dav/apps/test/${tree}` } });
}

/** How many members are at an address; null: there is nothing. */
async function countAt(dav: EndpointProcess, path: string): Promise<number | null> {
  const answer = await dav.request("PROPFIND", path, { headers: { Depth: "1" } });
  return answer.status === 404 ? null : (await answer.text()).split("<D:response>").length - 2;
}

it("[TV23] kill -9 in the middle of it: each tree is at one place, whole, or gone", {
  timeout: 100_000 + rounds * 10_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-trash-kill-"));
  const owner = await newSigner();
  const random = seededRandom(23);
  await runOwners(["add", owner.did, "--data", folder], quiet);
  for (let round = 0; round <= rounds; round += 1) {
    const dav = await startEndpoint({ folder, owner });
    for (const tree of trees) {
      const kept = (await trashOf(dav)).filter(({ values }) => values.get("original-path") === tree);
      const counts = [countAt(dav, `/dav/apps/test/${tree}`), ...kept.map(({ href }) => countAt(dav, href))];
      const found = (await Promise.all(counts)).filter((count) => count !== null);
      expect(found.length, tree).toBeLessThanOrEqual(1);
      for (const count of found) expect(count, tree).toBe(filesPerTree);
    }
    expect(await runFsck(["--data", folder], quiet)).toBe(0);
    if (round === rounds) {
      await dav.stop();
      break;
    }
    for (const tree of trees)
      await dav.request("DELETE", `${tree}.new`, { headers: { Prefer: "keep=none" } });
    await dav.request("DELETE", "/dav/trash/test/");
    const settled = Promise.allSettled(trees.map((tree) => shuffle(dav, tree, random)));
    // Some hundred requests in: anywhere between two of them.
    for (let count = 0; count < 10 + random() * 60; count += 1) await dav.request("PROPFIND", "");
    await dav.kill();
    await settled;
  }
  await rm(folder, { recursive: true, force: true });
});
