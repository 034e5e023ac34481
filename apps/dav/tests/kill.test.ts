import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@relite/core/testing";
import { issueInvocation, type Signer } from "@relite/core/ucan";
import { expect, it } from "vitest";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";

const rounds = 4;
const writers = 8;
const quiet = { out: () => {}, err: () => {}, env: {} };

interface Running {
  readonly child: ChildProcess;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function start(folder: string, owner: Signer): Promise<Running> {
  const script = join(import.meta.dirname, "crash-writer.ts");
  const env = { ...process.env, DAV_PORT: "0", DAV_DATA_DIR: folder, DAV_RATE_LIMIT: "100000" };
  const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [text] = await once(child.stdout, "data");
  const port = Number(String(text));
  const token = await issueInvocation({
    issuer: owner,
    audience: `did:web:127.0.0.1%3A${port}`,
    capabilities: [{ with: "app:test", can: "app/write" }],
    nowMs: Date.now(),
  });
  return {
    child,
    base: `http://127.0.0.1:${port}/dav/apps/test`,
    headers: { Authorization: `Bearer ${token}` },
  };
}

/** A body that says which write it is and proves that it is whole. */
function bodyOf(name: string, count: number, bytes: number): string {
  const start = `${name} ${count} `;
  const filled = start + "x".repeat(Math.max(0, bytes - start.length));
  return `${filled} ${createHash("sha256").update(filled).digest("hex")}`;
}

function countOf(text: string): number {
  const end = text.lastIndexOf(" ");
  const isWhole = createHash("sha256").update(text.slice(0, end)).digest("hex") === text.slice(end + 1);
  return isWhole ? Number(text.split(" ")[1]) : Number.NaN;
}

it("[DV41] kill -9 under several writers: every acknowledged write is there and whole, nothing is torn", async () => {
  const folder = await mkdtemp(join(tmpdir(), "relite-kill-"));
  const owner = await newSigner();
  const random = seededRandom(41);
  await runOwners(["add", owner.did, "--data", folder], quiet);
  const acknowledged = new Map<string, number>();
  const attempted = new Map<string, number>();
  const moved = new Map<string, "from" | "to">();
  let total = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { child, base, headers } = await start(folder, owner);
    let isOver = false;
    let enough = () => {};
    const reached = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const goal = total + 40 + Math.floor(random() * 80);
    const write = async (name: string) => {
      for (let count = (attempted.get(name) ?? 0) + 1; !isOver; count += 1) {
        const bytes = random() < 0.5 ? 500 : 100_000;
        attempted.set(name, count);
        const answer = await fetch(`${base}/${name}`, {
          method: "PUT",
          headers,
          body: bodyOf(name, count, bytes),
        });
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
        acknowledged.set(name, count);
        total += 1;
        if (total >= goal) enough();
      }
    };
    const shuffle = async (tree: string) => {
      await fetch(`${base}/${tree}`, { method: "MKCOL", headers });
      for (let index = 0; index < 5; index += 1)
        await fetch(`${base}/${tree}/${index}`, { method: "PUT", headers, body: "t" });
      moved.set(tree, "from");
      await fetch(`${base}/${tree}`, {
        method: "MOVE",
        headers: { ...headers, Destination: `${new URL(base).pathname}/${tree}-moved` },
      });
      moved.set(tree, "to");
    };
    const work = [
      ...Array.from({ length: writers }, (_, index) => write(`w${index}`)),
      shuffle(`tree${round}`),
    ];
    const settled = Promise.allSettled(work);
    await reached;
    child.kill("SIGKILL");
    isOver = true;
    await Promise.all([settled, once(child, "exit")]);
  }
  const { child, base, headers } = await start(folder, owner);
  for (const [name, count] of attempted) {
    const answer = await fetch(`${base}/${name}`, { headers });
    const found = answer.status === 404 ? 0 : countOf(await answer.text());
    // The write that was under way when the process died may have happened or not; the one before it must have.
    expect(found, name).toBeGreaterThanOrEqual(acknowledged.get(name) ?? 0);
    expect(found, name).toBeLessThanOrEqual(count);
  }
  for (const [tree, state] of moved) {
    const statuses = await Promise.all(
      [tree, `${tree}-moved`].map(async (path) => {
        const answer = await fetch(`${base}/${path}`, { method: "PROPFIND", headers });
        return answer.status === 207 ? (await answer.text()).split("<D:response>").length - 2 : answer.status;
      }),
    );
    if (state === "to") expect(statuses).toEqual([404, 5]);
    else expect([[404, 5].join(), [5, 404].join()]).toContain(statuses.join());
  }
  child.kill("SIGTERM");
  await once(child, "exit");
  expect(await runFsck(["--data", folder], quiet)).toBe(0);
  expect(total).toBeGreaterThan(rounds * 40);
  await rm(folder, { recursive: true, force: true });
});
