import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { checkStorage } from "../src/storage/check-storage.ts";
import { startTestServer } from "../src/testing/dav-fixture.ts";
import { applied } from "./model/apply-request.ts";
import { type Alphabet, createAttempts, resolveAttempt } from "./model/attempts.ts";
import { statusOf } from "./model/model-status.ts";
import { sendRequest } from "./model/send-request.ts";
import { emptyModel, etagOf, type Model } from "./model/tree-model.ts";
import { lossyDisk } from "./power/lossy-disk.ts";
import { recordMoments } from "./power/power-cuts.ts";

/** `DAV_POWER_CUTS=5000 npm test -- --project dav power` takes more of them. */
const cuts = Number(process.env.DAV_POWER_CUTS ?? 60);

const alphabet: Alphabet = {
  names: ["a", "b", "c"],
  maxDepth: 4,
  maxNodes: 24,
  maxLocks: 2,
  principals: 1,
  bodyBytes: [20, 500, 70_000, 100_000],
  weights: { PUT: 30, PATCH: 4, MKCOL: 12, DELETE: 8, COPY: 8, MOVE: 10, PROPPATCH: 6, LOCK: 3, UNLOCK: 2 },
  isOdd: false,
};

it.each([1, 2, 3])(
  "[DU4] a power cut at any moment leaves a prefix of the commits, with all that was acknowledged, seed %i",
  {
    timeout: 60_000 + cuts * 200,
  },
  async (seed) => {
    const random = seededRandom(seed);
    const top = await mkdtemp(join(tmpdir(), "relite-power-"));
    let note = () => {};
    const disk = lossyDisk(() => note());
    await using dav = await startTestServer({ parts: { disk } });
    const moments = recordMoments(dav.folder);
    moments.watch(disk);
    const models: Model[] = [emptyModel];
    await dav.request("PROPFIND", "", { headers: { Depth: "0" } });
    note = () => moments.record(models.length - 1);
    note();
    const checkpointer = new Database(join(dav.folder, "dav", "endpoint.db"));
    for (const attempt of createAttempts(random, 90)) {
      const model = models.at(-1) ?? emptyModel;
      const request = resolveAttempt(attempt, model, { alphabet, collectionEtag: () => "unknown" });
      const expected = statusOf(model, request, () => "");
      // The app's own collection comes back with the next request, which is another commit.
      if (expected >= 400 || (request.method === "DELETE" && request.path === "")) continue;
      const answer = await sendRequest(dav.request, "/dav/apps/test", request);
      expect(answer.status).toBe(expected);
      models.push(applied(model, request, answer.headers.get("lock-token")?.slice(1, -1) ?? "").model);
      await answer.text();
      note();
      if (random() > 0.08) continue;
      checkpointer.pragma("wal_checkpoint(RESTART)");
      note();
    }
    for (let count = 0; count < cuts / 3; count += 1) {
      const cut = moments.cut(random);
      const folder = join(top, String(count));
      await cut.restore(folder);
      const found = await readBack(folder);
      const told = `seed ${seed}, cut ${count}: ${cut.told}`;
      expect(found.problems, told).toEqual([]);
      const possible = models.slice(cut.acknowledged, cut.acknowledged + 2).map(treeOf);
      expect(
        possible.map((tree) => tree.join("\n")),
        told,
      ).toContain(found.tree.join("\n"));
      await rm(folder, { recursive: true, force: true });
    }
    checkpointer.close();
    await rm(top, { recursive: true, force: true });
  },
);

/** Opens a folder as the endpoint does, checks everything in it, and lists what is there. */
async function readBack(folder: string) {
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: folder }));
  const { problems } = await checkStorage(storage);
  const rows = storage.db
    .prepare<[], { path: string; hash: string | null; properties: string; locks: string }>(
      `WITH RECURSIVE below (id, path, hash) AS (
         SELECT id, '', hash FROM nodes WHERE name = 'test' AND parent IN (SELECT id FROM nodes WHERE name = 'apps')
         UNION ALL
         SELECT nodes.id, below.path || '/' || nodes.name, nodes.hash FROM nodes JOIN below ON nodes.parent = below.id)
       SELECT path, hash,
         ifnull((SELECT group_concat(name, ',' ORDER BY name) FROM properties WHERE node = below.id), '') AS properties,
         ifnull((SELECT group_concat(token, ',' ORDER BY token) FROM locks WHERE node = below.id), '') AS locks
       FROM below`,
    )
    .all();
  storage.db.close();
  const etag = (hash: string | null) =>
    hash === null ? "/" : Buffer.from(hash, "hex").toString("base64url");
  const tree = rows.map(
    ({ path, hash, ...rest }) => `${path} ${etag(hash)} ${rest.properties} ${rest.locks}`,
  );
  return { problems, tree: tree.sort() };
}

/** The same lines of a model. */
function treeOf({ nodes, locks }: Model): readonly string[] {
  return [...nodes]
    .map(([path, { body, properties }]) => {
      const held = locks.filter((lock) => lock.path === path).map(({ token }) => token);
      const at = path === "" ? "" : `/${path}`;
      return `${at} ${body === null ? "/" : etagOf(body)} ${[...properties.keys()].sort()} ${held.sort()}`;
    })
    .sort();
}
