import { parseDurationMs } from "@relite/core/env";
import { parsePathSegments } from "@relite/core/ucan";
import type { Place } from "../tree/place.ts";
import type { TrashEntry } from "../tree/trash.ts";
import { checkCancel, createStorageCommand, type StorageJob } from "./command-line.ts";
import { ownerOf } from "./owner-of.ts";
import { bytesText, startProgress } from "./progress.ts";

const usage = `Usage: trash list --owner DID [--app ID] [--data DIR] [--json]
       trash restore --owner DID --app ID --entry NAME [--to PATH] [--data DIR]
       trash empty --owner DID [--app ID] [--older-than 7d] [--data DIR]
What an owner deleted, as it is listed under trash/<app>/. restore brings one entry back to where it was, or to a path
below its app, where nothing is; empty ends entries for good. Works on a stopped and on a running endpoint.`;

const pageSize = 200;

/** `trash`: lists, restores and ends what an owner deleted. */
export const runTrash = createStorageCommand({
  usage,
  flags: { owner: "string", app: "string", entry: "string", to: "string", "older-than": "string" },
  words: 1,
  check: ({ words: [verb], flag }) => {
    if (verb !== "list" && verb !== "restore" && verb !== "empty") return "trash list, restore or empty";
    if (flag("owner") === undefined) return "--owner DID is needed";
    const needsEntry = verb === "restore" && (flag("app") === undefined || flag("entry") === undefined);
    if (needsEntry) return "restore needs --app ID and --entry NAME, as list shows them";
    const older = flag("older-than");
    return older !== undefined && parseDurationMs(older) === null
      ? "--older-than is a time such as 7d"
      : null;
  },
  run: async (job) => {
    const owner = ownerOf(job.storage, job.line.flag("owner") ?? "");
    const [verb] = job.line.words;
    if (verb === "list") return list(job, owner);
    return verb === "restore" ? restore(job, owner) : empty(job, owner);
  },
});

async function list(job: StorageJob, owner: number): Promise<number> {
  const { io, line, config } = job;
  let count = 0;
  for await (const { entries } of pagesOf(job, owner)) {
    for (const entry of entries) {
      count += 1;
      io.out(line.isSet("json") ? JSON.stringify(described(entry)) : lineOf(entry));
    }
  }
  if (line.isSet("json")) return 0;
  const { trashMs } = config.retention;
  io.out(count === 0 ? "nothing" : `${count} kept for ${Math.round(trashMs / 86_400_000)} days each`);
  return 0;
}

async function restore({ storage, line, io }: StorageJob, owner: number): Promise<number> {
  const [appId, name] = [line.flag("app") ?? "", line.flag("entry") ?? ""];
  const root = await storage.trash.home(owner, appId);
  const home = { owner, root: root ?? 0, segments: [] };
  const entry = root === null ? null : await storage.trash.entry(home, name);
  const parsed = parsePathSegments(`/${line.flag("to") ?? entry?.path.join("/") ?? ""}`);
  if (entry === null || !parsed.ok) {
    io.err(entry === null ? "no such entry; see trash list" : "--to is a path below the app");
    return 1;
  }
  const segments = parsed.segments.length === 0 ? [name] : parsed.segments;
  const to: Place = { owner, root: await storage.tree.openApp(owner, appId), segments };
  const options = { overwrite: false, shallow: false, conditions: {} };
  await storage.trash.restore({ ...home, segments: [name] }, to, options);
  io.out(`restored to ${appId}/${segments.join("/")}`);
  return 0;
}

async function empty(job: StorageJob, owner: number): Promise<number> {
  const { storage, line, io, clock, cancel } = job;
  const olderMs = parseDurationMs(line.flag("older-than") ?? "0s") ?? 0;
  const beforeMs = clock.nowMs() - olderMs;
  const progress = startProgress(io, clock.nowMs, { title: "trash", unit: "items", total: null });
  let count = 0;
  for await (const { home, entries } of pagesOf(job, owner)) {
    checkCancel(cancel);
    const names = entries.filter(({ deletedMs }) => deletedMs <= beforeMs).map(({ node }) => node.name);
    if (names.length > 0) count += await storage.trash.purge(home, names);
    progress.add(names.length);
  }
  for (let items = 1; items > 0; checkCancel(cancel)) ({ items } = await storage.trash.endSome(200));
  progress.end();
  io.out(`${count} ended for good`);
  return 0;
}

async function* pagesOf({ storage: { trash }, line }: StorageJob, owner: number) {
  const one = line.flag("app");
  for (const app of one === undefined ? await trash.apps(owner) : [one]) {
    const root = await trash.home(owner, app);
    if (root === null) continue;
    const home = { owner, root, segments: [] };
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const entries: readonly TrashEntry[] = await trash.entries(home, after, pageSize);
      yield { home, entries };
      after = entries.length === pageSize ? entries.at(-1)?.node.name : undefined;
    }
  }
}

function described({ node, appId, path, deletedMs, deletedBy, bytes }: TrashEntry) {
  const deletedAt = new Date(deletedMs).toISOString();
  return { app: appId, entry: node.name, kind: node.kind, path: path.join("/"), deletedAt, deletedBy, bytes };
}

function lineOf(entry: TrashEntry): string {
  const { app, entry: name, path, deletedAt, bytes } = described(entry);
  return `${deletedAt}  ${app}  ${name}  was ${path === "" ? "the whole app" : path}, ${bytes === null ? "not counted yet" : bytesText(bytes)}`;
}
