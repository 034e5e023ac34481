import { seededRandom } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { startTestServer } from "../src/testing/dav-fixture.ts";
import { deviceOf, lockBody, type Send, tagged, to } from "./lock-client.ts";
import { type Attempt, createLockModel, type ModelLock } from "./lock-model.ts";
import { listing } from "./sync-client.ts";

const methods = ["PUT", "PUT", "MKCOL", "MKCOL", "MKCOL", "DELETE", "COPY", "MOVE", "LOCK", "LOCK"] as const;

function createAttempts(random: () => number, known: () => readonly string[]): () => Attempt {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const isNamed = (path: string) => path !== "";
  const anyPath = () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(["a", "b"])).join("/");
  const path = () => (random() < 0.6 ? pick(["a", ...known()].filter(isNamed)) : anyPath());
  return () => ({
    method: pick(methods),
    path: path(),
    destination: path(),
    who: pick([0, 1]),
    holds: random() < 0.7,
    deep: random() < 0.5,
    shared: random() < 0.5,
  });
}

function send(by: Send, attempt: Attempt, locks: readonly ModelLock[]): Promise<Response> {
  const { method, path, destination, holds, deep, shared } = attempt;
  const isTransfer = method === "COPY" || method === "MOVE";
  const headers = {
    ...(holds && locks.length > 0
      ? { If: locks.map(({ path: locked, token }) => tagged(locked, token)).join(" ") }
      : {}),
    ...(isTransfer ? to(destination) : {}),
    ...(method === "LOCK" ? { Depth: deep ? "infinity" : "0" } : {}),
  };
  const body = method === "LOCK" ? lockBody(shared ? "shared" : "exclusive") : method === "PUT" ? "x" : null;
  return by(method, path, body === null ? { headers } : { headers, body });
}

describe("locks against a simple model of RFC 4918", () => {
  it.each([11, 12, 13, 14, 15, 16])("[DL12] random writes of two principals, seed %i", async (seed) => {
    await using dav = await startTestServer();
    const random = seededRandom(seed);
    const devices = [await deviceOf(dav), await deviceOf(dav)];
    const model = createLockModel();
    const next = createAttempts(random, () => [...model.kinds.keys()]);
    const seen = { blocked: 0, done: 0 };
    for (let step = 0; step < 250; step += 1) {
      const attempt = next();
      const by = devices[attempt.who] ?? dav.request;
      const answer = await send(by, attempt, model.locks());
      const told = `${step}: ${JSON.stringify(attempt)} ${JSON.stringify(model.locks())} → ${answer.status}`;
      if (!model.isPossible(attempt)) {
        expect(answer.status, told).toBeGreaterThanOrEqual(400);
      } else if (model.isBlocked(attempt)) {
        expect(answer.status, told).toBe(423);
        seen.blocked += 1;
      } else {
        expect(answer.ok, told).toBe(true);
        model.apply(attempt, answer.headers.get("lock-token")?.slice(1, -1) ?? "");
        seen.done += 1;
      }
      const [oldest] = model.locks();
      if (oldest === undefined || random() > 0.2) continue;
      const unlock = { headers: { "Lock-Token": `<${oldest.token}>` } };
      expect((await dav.request("UNLOCK", oldest.path, unlock)).status).toBe(204);
      model.unlock(oldest.token);
    }
    const there = [...(await listing(dav)).keys()].sort();
    expect(there).toEqual([...model.kinds.keys()].filter((path) => path !== "").sort());
    expect(Math.min(seen.blocked, seen.done)).toBeGreaterThan(5);
  });
});
