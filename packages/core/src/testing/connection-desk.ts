import { createConnectionService, createScheduler, createSyncWork } from "../connections/index.ts";
import { createSecretBox } from "../crypto/index.ts";
import { createJobRunner, type JobRunner } from "../jobs/index.ts";
import type { Logger } from "../log/index.ts";
import { fakeClock } from "./fake-clock.ts";
import { createMemoryRepositories } from "./memory-repositories.ts";
import { createRemoteDav, type RemoteDav, type RemoteDavOptions } from "./remote-dav.ts";
import { createRemoteTree } from "./remote-tree.ts";
import { seededRandom } from "./seeded-random.ts";
import { type RunningServer, serveHandler } from "./serve-handler.ts";

export const password = "pä55 wörd:with “signs”";
export const basic = (user: string, secret: string) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
/** The services over memory repositories, and a remote server on a real port that wants a password. */
export async function createConnectionDesk(given: { key?: number } = {}) {
  const open: { close(): Promise<void> }[] = [];
  const repositories = createMemoryRepositories();
  const clock = fakeClock();
  const random = seededRandom(7);
  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) => {
    lines.push(
      `${level} ${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? `${value.name} ${value.message}` : value))}`,
    );
  };
  const log: Logger = {
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
    child: () => log,
  };
  const tree = createRemoteTree();
  tree.putFile("novels/Dune.epub");
  let remote: RemoteDav = createRemoteDav({ tree, authorization: basic("anna", password) });
  const server: RunningServer = await serveHandler((request) => remote.handle(request));
  open.push(server);
  const secretBox = await createSecretBox({ key: new Uint8Array(32).fill(given.key ?? 1) });
  let ids = 0;
  const createId = () => `id${String(++ids).padStart(6, "0")}`;
  const parts = { ...repositories, clock, random, log, createId, secretBox, fetch, intervalMs: 1_200_000 };
  const desk = createConnectionService(parts);
  const runner = (owner = "w1"): JobRunner => {
    const one = createJobRunner({ ...parts, owner, work: createSyncWork(parts), maxRunning: 2 });
    open.push({ close: () => one.stop() });
    return one;
  };
  const scheduler = () => {
    const one = createScheduler(parts);
    open.push({ close: () => one.stop() });
    return one;
  };
  const url = `${server.origin}/dav/`;
  const wanted = { name: "Home", url, auth: { kind: "basic", username: "anna", password } } as const;
  return {
    ...parts,
    [Symbol.asyncDispose]: async () => {
      for (const one of open.reverse()) await one.close();
    },
    desk,
    runner,
    scheduler,
    lines,
    tree,
    url,
    wanted,
    remote: () => remote,
    behave: (options: Omit<RemoteDavOptions, "tree">) => {
      remote = createRemoteDav({ authorization: basic("anna", password), ...options, tree });
    },
  };
}
