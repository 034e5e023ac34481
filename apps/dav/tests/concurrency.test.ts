import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { expect, it } from "vitest";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { createRequests, type Knowledge, listed, listingHeaders } from "./concurrency/client-requests.ts";
import { type Connection, createConnection, type Door } from "./concurrency/connection.ts";
import { type Exchange, explain, isWrite, keyOf, repeatedEtag } from "./concurrency/explain.ts";
import { linearise, type Operation } from "./concurrency/linearise.ts";
import { startEndpoint } from "./kill/endpoint-process.ts";
import { type ModelRequest, plainRequest } from "./model/model-request.ts";
import { difference, observe, readListing } from "./model/observe.ts";
import { type Send, sendRequest, urlOf } from "./model/send-request.ts";
import { emptyModel, type Model, parentOf } from "./model/tree-model.ts";
import { createSyncClient, listing } from "./sync-client.ts";

/** `DAV_CONCURRENCY_EPOCHS=1000 npm test -- --project dav concurrency` takes the long run, `DAV_CONCURRENCY_SEED` another. */
const epochs = Number(process.env.DAV_CONCURRENCY_EPOCHS ?? 18);
const seed = Number(process.env.DAV_CONCURRENCY_SEED ?? 12);
const clients = 8;
const requestsPerEpoch = 56;
/** Many at once make many orders; few are quick, and see what is old for a moment only. */
const clientsOfEpoch = [8, 2, 8, 1] as const;
const base = "/dav/apps/test";
const quiet = { out: () => {}, err: () => {}, env: {} };

interface World {
  readonly connections: readonly Connection[];
  readonly random: () => number;
  readonly knowledge: Knowledge;
}

/** Sends on one of the two connections of a client, and notes when and what came back. */
async function exchangeOf(
  client: number,
  request: ModelRequest,
  { connections, random, knowledge }: World,
  which: 0 | 1 = random() < 0.5 ? 0 : 1,
): Promise<Exchange> {
  const connection = connections[client * 2 + which];
  if (connection === undefined) throw new Error("no connection");
  const more = request.method === "PROPFIND" ? listingHeaders(random) : {};
  const send: Send = (method, path, { headers = {}, ...init } = {}) =>
    connection.send(method, path, { ...init, headers: { ...headers, ...more } });
  const startMs = performance.now();
  const answer = await sendRequest(send, base, request);
  const text = await answer.text();
  const endMs = performance.now();
  const etag = answer.headers.get("etag") ?? "";
  const token = answer.headers.get("lock-token")?.slice(1, -1) ?? "";
  if (token !== "" && answer.ok) knowledge.pathByToken.set(token, request.path);
  if (request.method === "UNLOCK") knowledge.pathByToken.delete(request.lockToken);
  // A file's; the model does not know those of collections.
  if (etag.length === 45) knowledge.etagByPath.set(request.path, etag.slice(1, -1));
  const seen = request.method === "PROPFIND" && answer.status === 207 ? readListing(text, base) : null;
  return { client, request, startMs, endMs, status: answer.status, etag, token, text, seen };
}

/** One client's requests; what it was told is done, it asks for on its other connection. */
async function runClient(
  client: number,
  make: () => ModelRequest,
  count: number,
  world: World,
): Promise<Exchange[]> {
  const own: Exchange[] = [];
  while (own.length < count) {
    const request = make();
    const { method, path } = request;
    const which = world.random() < 0.5 ? 0 : 1;
    own.push(await exchangeOf(client, request, world, which));
    if ((own.at(-1)?.status ?? 0) >= 300 || !isWrite(method) || world.random() < 0.3) continue;
    const list = {
      ...plainRequest,
      method: "PROPFIND" as const,
      path: listed.find((top) => top === parentOf(path)) ?? "",
    };
    const look = world.random() < 0.5 ? { ...list, depth: "1" } : { ...plainRequest, path };
    own.push(await exchangeOf(client, look, world, which === 0 ? 1 : 0));
  }
  return own;
}

/** When nothing runs, every connection sees the same: what the last operation leaves. */
async function lookWhenQuiet(door: Door): Promise<Operation<Model>> {
  const fresh = Array.from({ length: 3 }, () => createConnection(door));
  const startMs = performance.now();
  const listings = await Promise.all(fresh.map(({ send }) => observe(send, base)));
  for (const { close } of fresh) close();
  const isSo = (model: Model) => listings.every((seen) => difference(model, seen) === null);
  return {
    told: "what is there now",
    startMs,
    endMs: Infinity,
    next: (model) => (isSo(model) ? model : null),
  };
}

async function checkBodies(door: Door, model: Model): Promise<void> {
  const fresh = [createConnection(door), createConnection(door)];
  for (const [index, [path, { body }]] of [...model.nodes].entries()) {
    const send = fresh[index % fresh.length]?.send;
    if (body === null || send === undefined) continue;
    const answer = await send("GET", urlOf(base, path));
    if ((await answer.text()) !== body) throw new Error(`when nothing ran: ${path} has another body`);
  }
  for (const { close } of fresh) close();
}

it("[DU12] eight clients at once on few names, on several threads: one order explains every answer", {
  timeout: 60_000 + epochs * 2_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-concurrency-"));
  const owner = await newSigner();
  const random = seededRandom(seed);
  await runOwners(["add", owner.did, "--data", folder], quiet);
  const endpoint = await startEndpoint({ folder, owner, env: { DAV_THREADS: "2" } });
  const connections = Array.from({ length: clients * 2 }, () => createConnection(endpoint));
  const knowledge: Knowledge = { etagByPath: new Map(), pathByToken: new Map() };
  const world = { connections, random, knowledge };
  const makers = Array.from({ length: clients }, (_, client) =>
    createRequests(client, seededRandom(seed * 1_000 + client), knowledge),
  );
  const follower = createSyncClient(endpoint, () => undefined);
  const history: Exchange[] = [];
  expect((await endpoint.request("MKCOL", "k")).status).toBe(201);
  let model: Model = {
    ...emptyModel,
    nodes: new Map([...emptyModel.nodes, ["k", { body: null, properties: new Map(), modifiedSec: null }]]),
  };

  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const active = makers.slice(0, clientsOfEpoch[epoch % clientsOfEpoch.length]);
    const count = requestsPerEpoch / active.length;
    const together = await Promise.all(active.map((make, client) => runClient(client, make, count, world)));
    const exchanges = together.flat();
    history.push(...exchanges);
    const operations = [...exchanges.flatMap(explain), await lookWhenQuiet(endpoint)];
    const { state, furthest } = linearise(model, operations, keyOf);
    if (state === null) {
      throw new Error(
        `seed ${seed}, epoch ${epoch}: no order explains this.\n${keyOf(model)}\n  then\n${furthest.done.join("\n")}\n  but not\n${furthest.stuck.join("\n")}`,
      );
    }
    await checkBodies(endpoint, state);
    model = state;
    for (const [token] of knowledge.pathByToken) {
      if (!model.locks.some((lock) => lock.token === token)) knowledge.pathByToken.delete(token);
    }
    if (epoch % 5 === 4) {
      await follower.catchUp();
      expect([...follower.known].sort()).toEqual([...(await listing(endpoint))].sort());
    }
  }
  for (const top of listed) expect(repeatedEtag(history, top)).toBeNull();
  const statuses = new Set(history.map(({ status }) => status));
  for (const status of [200, 201, 204, 207, 304, 404, 405, 412, 423]) expect(statuses).toContain(status);
  for (const { close } of connections) close();
  expect(endpoint.unexpected()).toEqual([]);
  expect(await endpoint.stop()).toBe(0);
  expect(await runFsck(["--data", folder], quiet)).toBe(0);
  if (epochs > 100) process.stdout.write(`${history.length} requests of ${clients} clients explained\n`);
  await rm(folder, { recursive: true, force: true });
});
