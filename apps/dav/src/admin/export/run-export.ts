import { resolve } from "node:path";
import { ReliteError } from "@relite/core/errors";
import { makeFolder } from "@relite/core/node";
import { parseAppId, parseDidKey } from "@relite/core/ucan";
import { openDatabase } from "../../storage/open-database.ts";
import { createStorageCommand, type StorageJob } from "../command-line.ts";
import { fileTrouble, isDiskFull } from "../file-trouble.ts";
import { hasMetadata, type MetadataEntry, readMetadata, writeMetadata } from "../metadata-file.ts";
import { ownerOf } from "../owner-of.ts";
import { startProgress } from "../progress.ts";
import { withHold } from "../with-hold.ts";
import { type Exported, exportTree } from "./export-tree.ts";
import { isExportedAnew, trashFolder, versionsFolder } from "./kept-facts.ts";
import { beginSnapshot } from "./snapshot.ts";
import { createTargetFiles, type TargetFiles } from "./target-files.ts";
import { probeTarget } from "./target-names.ts";

const usage = `Usage: export DIR --owner DID [--app ID] [--with-trash] [--with-versions] [--checksum] [--data DIR] [--json]
Brings an owner's files to DIR/<app>/… as they are at one moment, with their modification times. What a folder tree
cannot hold (content types, properties, names this file system does not take) goes into DIR/.relite-metadata.jsonl.
--with-trash brings what was deleted to DIR/${trashFolder}/<app>/<entry>, --with-versions what files held before to
DIR/${versionsFolder}/<app>/<path>/<time>; where it was and who deleted or replaced it is in the metadata. import takes both with the same options.
Run again it writes only what differs in size or time (--checksum: or in its bytes); what is in DIR and not here stays.
Exit code 1 when something could not be exported; each such file is named. Works on a stopped and on a running endpoint.`;

/** `export`: an owner's files as a plain folder tree. */
export const runExport = createExport(createTargetFiles);

/** The command with the file system it writes to as an argument. */
export function createExport(makeFiles: (folder: string) => TargetFiles) {
  return createStorageCommand({
    usage,
    flags: {
      owner: "string",
      app: "string",
      checksum: "boolean",
      "with-trash": "boolean",
      "with-versions": "boolean",
    },
    words: 1,
    check: (line) => {
      if (parseDidKey(line.flag("owner") ?? "") === null) return "--owner is the DID of an enrolled key";
      const app = line.flag("app");
      return app !== undefined && parseAppId(app) === null ? "--app is no app id" : null;
    },
    run: (job) => exportTo(job, makeFiles),
  });
}

interface Problem {
  readonly path: string;
  readonly problem: string;
}

async function exportTo(job: StorageJob, makeFiles: (folder: string) => TargetFiles): Promise<number> {
  const { io, line, storage, clock } = job;
  const folder = resolve(line.words[0] ?? "");
  const owner = ownerOf(storage, line.flag("owner") ?? "");
  await makeTop(folder);
  const problems: Problem[] = [];
  const progress = startProgress(io, clock.nowMs, { title: "export", unit: "bytes", total: null });
  const onProblem = (path: string, problem: string) => {
    problems.push({ path, problem });
    progress.note(`${path}: ${problem}`);
  };
  const files = makeFiles(folder);
  try {
    const exported = await withHold(storage, clock, () =>
      bring(job, { folder, owner, files, onProblem, progress }),
    );
    progress.end();
    report(job, exported, problems);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (isDiskFull(error)) throw new ReliteError("insufficient_storage", full(folder), { cause: error });
    throw error;
  } finally {
    progress.end();
    await files.clear().catch(() => {});
  }
}

interface Bring {
  readonly folder: string;
  readonly owner: number;
  readonly files: TargetFiles;
  readonly progress: ReturnType<typeof startProgress>;
  onProblem(path: string, what: string): void;
}

async function bring({ line, storage, config, cancel }: StorageJob, to: Bring): Promise<Exported> {
  const { folder, owner, files, progress } = to;
  await files.clear();
  const limits = await probeTarget(files, folder);
  if (!(await hasMetadata(folder))) await writeMetadata(folder, others(folder, null));
  const kept = { trash: line.isSet("with-trash"), versions: line.isSet("with-versions") };
  const reader = openDatabase(config.databaseFile);
  try {
    const snapshot = beginSnapshot(reader, owner);
    const appId = line.flag("app") ?? null;
    const apps = snapshot.apps(appId);
    const trash = kept.trash ? snapshot.trash(appId) : [];
    if (appId !== null && apps.length + trash.length === 0)
      throw new ReliteError("not_found", `there is no app ${appId}`);
    const sizes = [...apps, ...trash].reduce((sum, { id }) => sum + snapshot.bytesBelow(id), 0);
    progress.expect(sizes + (kept.versions ? snapshot.versionBytes() : 0));
    const exported = await exportTree(
      {
        ...to,
        snapshot,
        limits,
        kept,
        cancel,
        blobs: storage.blobs,
        onNote: (path, what) => progress.note(`${path}: ${what}`),
        byChecksum: line.isSet("checksum"),
        onBytes: progress.add,
      },
      apps,
      trash,
    );
    const names = new Set([...apps, ...trash].map(({ name }) => name));
    const isInstead = (path: string) => isExportedAnew(path, names, kept);
    await writeMetadata(folder, others(folder, { entries: exported.entries, isInstead }));
    return exported;
  } finally {
    reader.close();
  }
}

/** What the metadata says of apps that were not exported this time, and the new entries. */
async function* others(
  folder: string,
  fresh: { readonly entries: readonly MetadataEntry[]; isInstead(path: string): boolean } | null,
): AsyncGenerator<MetadataEntry> {
  if (fresh === null) return;
  for await (const entry of readMetadata(folder)) {
    if (!fresh.isInstead(entry.path)) yield entry;
  }
  yield* fresh.entries;
}

async function makeTop(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new ReliteError("bad_request", `${folder}: ${fileTrouble(error)}`, { cause: error });
  }
}

function report({ io, line }: StorageJob, exported: Exported, problems: readonly Problem[]): void {
  const { files, unchanged, folders, entries } = exported;
  const renamed = entries.flatMap(({ path, as }) => (as === undefined ? [] : [{ path, as }]));
  if (line.isSet("json")) {
    io.out(JSON.stringify({ files, unchanged, folders, renamed, problems }));
    return;
  }
  for (const { path, as } of renamed) io.out(`${path} is called ${as} here`);
  io.out(`${files} files exported, ${unchanged} unchanged, ${folders} folders, ${problems.length} problems`);
}

function full(folder: string): string {
  return `no space left for ${folder}; what is there is whole, and running it again goes on from here`;
}
