import { stat } from "node:fs/promises";
import type { Storage } from "../context.ts";
import { createStorageCommand, type StorageJob } from "./command-line.ts";
import { bytesText } from "./progress.ts";

const usage = `Usage: stats [--data DIR] [--json]
Says what is kept: owners, files, bytes, how much sharing of equal content saves, and the sizes of the database.
Works on a stopped and on a running endpoint.`;

export interface Stats {
  readonly owners: number;
  readonly files: number;
  readonly collections: number;
  /** Sizes of all files, those in the trash too, each counted as often as it is there. */
  readonly fileBytes: number;
  readonly contents: number;
  /** Sizes of all contents, each once. */
  readonly contentBytes: number;
  readonly inlineBytes: number;
  /** Bytes of files and versions to each byte kept for them; 1 when nothing is there. */
  readonly dedupRatio: number;
  readonly unreferenced: number;
  readonly unreferencedBytes: number;
  readonly databaseBytes: number;
  readonly databaseFreeBytes: number;
  readonly walBytes: number;
  readonly properties: number;
  readonly locks: number;
  readonly changes: number;
  readonly oldestChangeAt: string | null;
  /** In the trash, as versions, of uploads under way. */
  readonly kept: Readonly<Record<string, Kept>>;
  readonly largest: readonly LargestOwner[];
}

interface Kept {
  readonly items: number;
  readonly bytes: number;
}

const nothing: Kept = { items: 0, bytes: 0 };

interface LargestOwner {
  readonly did: string;
  readonly usedBytes: number;
  readonly usedNodes: number;
  readonly quotaBytes: number | null;
}

/** `stats`: what is kept and what it costs. */
export const runStats = createStorageCommand({ usage, words: 0, run: printStats });

async function printStats({ storage, config, io, line }: StorageJob): Promise<number> {
  const stats = await readStats(storage, config.databaseFile);
  if (line.isSet("json")) io.out(JSON.stringify(stats));
  else for (const text of describeStats(stats)) io.out(text);
  return 0;
}

/** Counts in one read transaction, so that all numbers are of one moment. */
async function readStats({ db }: Storage, databaseFile: string): Promise<Stats> {
  const walBytes = await stat(`${databaseFile}-wal`).then(
    ({ size }) => size,
    () => 0,
  );
  const pragma = (name: string) => Number(db.pragma(name, { simple: true }));
  return db.transaction(() => {
    const one = <Row>(sql: string) => db.prepare<[], Row>(sql).get();
    const nodes = one<{ files: number; collections: number; bytes: number }>(nodesSql);
    const contents = one<{ count: number; bytes: number; inline: number; loose: number; looseBytes: number }>(
      contentsSql,
    );
    const count = (table: string) =>
      one<{ count: number }>(`SELECT count(*) AS count FROM ${table}`)?.count ?? 0;
    const inUse = (contents?.bytes ?? 0) - (contents?.looseBytes ?? 0);
    const versions = one<Kept>("SELECT count(*) AS items, total(size) AS bytes FROM versions") ?? nothing;
    const oldest = one<{ at: number | null }>("SELECT min(at_ms) AS at FROM changes")?.at ?? null;
    return {
      owners: count("owners WHERE removed_ms IS NULL"),
      files: nodes?.files ?? 0,
      collections: nodes?.collections ?? 0,
      fileBytes: nodes?.bytes ?? 0,
      contents: contents?.count ?? 0,
      contentBytes: contents?.bytes ?? 0,
      inlineBytes: contents?.inline ?? 0,
      dedupRatio: ratio((nodes?.bytes ?? 0) + versions.bytes, inUse),
      unreferenced: contents?.loose ?? 0,
      unreferencedBytes: contents?.looseBytes ?? 0,
      databaseBytes: pragma("page_count") * pragma("page_size"),
      databaseFreeBytes: pragma("freelist_count") * pragma("page_size"),
      walBytes,
      properties: count("properties"),
      locks: count("locks"),
      changes: count("changes"),
      oldestChangeAt: oldest === null ? null : new Date(oldest).toISOString(),
      kept: {
        trash: one<Kept>("SELECT count(*) AS items, total(bytes) AS bytes FROM trash") ?? nothing,
        versions,
        uploads: one<Kept>(uploadsSql) ?? nothing,
      },
      largest: db.prepare<[], LargestOwner>(largestSql).all(),
    };
  })();
}

function ratio(bytes: number, keptFor: number): number {
  return keptFor === 0 ? 1 : Math.round((bytes / keptFor) * 1_000) / 1_000;
}

const uploadsSql = `SELECT (SELECT count(*) FROM uploads WHERE finished = 0) AS items, total(size) AS bytes
  FROM upload_parts`;

const nodesSql = `SELECT total(kind = 1) AS files, total(kind = 0) AS collections, total(size) AS bytes FROM nodes`;

const contentsSql = `SELECT count(*) AS count, total(size) AS bytes, total(size * (data IS NOT NULL)) AS inline,
  total(unreferenced_ms IS NOT NULL) AS loose, total(size * (unreferenced_ms IS NOT NULL)) AS looseBytes FROM contents`;

const largestSql = `SELECT (SELECT did FROM owner_dids WHERE owner = owners.id ORDER BY created_ms, did LIMIT 1) AS did,
  used_bytes AS usedBytes, used_nodes AS usedNodes, quota_bytes AS quotaBytes
  FROM owners WHERE removed_ms IS NULL ORDER BY used_bytes DESC, id LIMIT 10`;

function describeStats(stats: Stats): readonly string[] {
  const rows: readonly [string, string][] = [
    ["owners", String(stats.owners)],
    ["files", `${stats.files} in ${stats.collections} collections, ${bytesText(stats.fileBytes)}`],
    [
      "contents",
      `${stats.contents}, ${bytesText(stats.contentBytes)} (${bytesText(stats.inlineBytes)} inline)`,
    ],
    ["shared", `${stats.dedupRatio} bytes of files to each byte kept`],
    ["to be collected", `${stats.unreferenced}, ${bytesText(stats.unreferencedBytes)}`],
    ...Object.entries(stats.kept).map(([kind, { items, bytes }]): [string, string] => [
      kind,
      `${items}, ${bytesText(bytes)}`,
    ]),
    [
      "database",
      `${bytesText(stats.databaseBytes)}, ${bytesText(stats.databaseFreeBytes)} of it free, WAL ${bytesText(stats.walBytes)}`,
    ],
    ["properties", String(stats.properties)],
    ["locks", String(stats.locks)],
    ["changes", `${stats.changes}${stats.oldestChangeAt === null ? "" : `, since ${stats.oldestChangeAt}`}`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(16)}${value}`);
  const owners = stats.largest.map(({ did, usedBytes, usedNodes, quotaBytes }) => {
    const quota = quotaBytes === null ? "no quota" : `of ${bytesText(quotaBytes)}`;
    return `  ${did}  ${bytesText(usedBytes)} ${quota}, ${usedNodes} nodes`;
  });
  return owners.length === 0 ? lines : [...lines, "largest owners", ...owners];
}
