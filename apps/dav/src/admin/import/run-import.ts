import { existsSync } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ReliteError } from "@relite/core/errors";
import { parseAppId, parseDidKey } from "@relite/core/ucan";
import { type Disk, realDisk } from "../../blobs/disk.ts";
import { createFileBlobs } from "../../blobs/file-blobs.ts";
import { tryLock } from "../../storage/folder-lock.ts";
import { beginTimeline } from "../../storage/timelines.ts";
import { checkCancel, createStorageCommand, type StorageJob } from "../command-line.ts";
import { type KeptChoice, trashFolder, versionsFolder } from "../export/kept-facts.ts";
import { fileTrouble } from "../file-trouble.ts";
import { hasMetadata, type MetadataEntry, readMetadata } from "../metadata-file.ts";
import { ownerOf } from "../owner-of.ts";
import { type Progress, startProgress } from "../progress.ts";
import type { OnConflict } from "./import-file.ts";
import { importStaging } from "./import-staging.ts";
import { importTrash } from "./import-trash.ts";
import { type ImportParts, type ImportTally, importFolder } from "./import-tree.ts";
import { createImportVersions } from "./import-versions.ts";
import { type MetadataByPath, readSourceFolder, type SourceMember } from "./source-folder.ts";

const usage = `Usage: import DIR --owner DID [--app ID] [--with-trash] [--with-versions] [--on-conflict skip|replace|fail] [--data DIR] [--json]
Brings files from a folder to an owner, with their modification times: DIR/<app>/… as export writes it, or with --app
any folder as it is (a Nextcloud user's files, an rclone copy) into that app. What is the same in size and time is left;
another file of the same name stays (skip, the default), is replaced, or counts as failed (fail).
--with-trash brings back what was deleted, --with-versions what files held before, as an export with these options has
them: each entry of the trash and each file's history whole or not at all, with the times they had; what is there stays.
Links are never followed, devices and pipes are left out: both are named. One file that fails does not end the rest:
the exit code is then 1. Quotas hold. Run again it goes on. Works on a stopped and on a running endpoint.`;

const policies: readonly string[] = ["skip", "replace", "fail"] satisfies OnConflict[];

/** `import`: files of a plain folder tree become an owner's. */
export const runImport = createImport(realDisk);

/** The command with the disk of the storage as an argument. */
export function createImport(disk: Disk) {
  return createStorageCommand({
    usage,
    flags: {
      owner: "string",
      app: "string",
      "on-conflict": "string",
      "with-trash": "boolean",
      "with-versions": "boolean",
    },
    words: 1,
    check: (line) => {
      if (parseDidKey(line.flag("owner") ?? "") === null) return "--owner is the DID of an enrolled key";
      const app = line.flag("app");
      if (app !== undefined && parseAppId(app) === null) return "--app is no app id";
      const isPolicy = policies.includes(line.flag("on-conflict") ?? "skip");
      return isPolicy ? null : "--on-conflict is skip, replace or fail";
    },
    run: (job) => importFrom(job, disk),
  });
}

interface Told {
  readonly path: string;
  readonly problem: string;
}

async function importFrom(job: StorageJob, disk: Disk): Promise<number> {
  const { io, line, storage, config, clock } = job;
  const folder = resolve(line.words[0] ?? "");
  const owner = ownerOf(storage, line.flag("owner") ?? "");
  const lock = tryLock(config.folder, "import");
  if (lock === null) throw new ReliteError("conflict", "another import is running on this data");
  const progress = startProgress(io, clock.nowMs, { title: "import", unit: "bytes", total: null });
  const [problems, skipped]: [Told[], Told[]] = [[], []];
  const tell = (list: Told[]) => (path: string, problem: string) => {
    list.push({ path, problem });
    progress.note(`${path}: ${problem}`);
  };
  const tally: ImportTally = { imported: 0, replaced: 0, unchanged: 0, kept: 0, folders: 0 };
  const back = { trash: 0, versions: 0 };
  try {
    beginTimeline(storage.db, clock.nowMs());
    const blobs = createFileBlobs(config.blobsFolder, disk, importStaging);
    await blobs.clean();
    const common = {
      tree: storage.tree,
      blobs,
      clock,
      cancel: job.cancel,
      onConflict: toPolicy(line.flag("on-conflict")),
      onBytes: progress.add,
      onProblem: tell(problems),
      onSkipped: tell(skipped),
      metadata: await metadataOf(folder),
      maxDepth: 126 - config.prefix.length,
      keptImports: storage.keptImports,
      folder,
    };
    const wanted = keptChoice(job, folder, progress.note);
    const onVersions = (count: number) => {
      back.versions += count;
    };
    const importVersions = wanted.versions ? createImportVersions({ ...common, onVersions }) : null;
    const parts = { ...common, importVersions };
    const from = { owner, folder, appId: line.flag("app") ?? null, withKept: wanted, progress };
    await importAll(parts, tally, from);
    if (wanted.trash)
      back.trash = await importTrash({ ...parts, ...from, bytesIn: (path) => bytesIn(path, job.cancel) });
  } finally {
    progress.end();
    lock.release();
  }
  if (line.isSet("json")) io.out(JSON.stringify({ ...tally, ...back, skipped, problems }));
  else
    io.out(
      `${sentence(tally)}${keptSentence(back)}, ${skipped.length} links and the like left out, ${problems.length} problems`,
    );
  return problems.length === 0 ? 0 : 1;
}

interface From {
  readonly owner: number;
  readonly folder: string;
  readonly appId: string | null;
  readonly withKept: KeptChoice;
  readonly progress: Progress;
}

/** What of trash and versions is wanted, there, and kept by this endpoint; what is not is told. */
function keptChoice({ line, config }: StorageJob, folder: string, note: (text: string) => void): KeptChoice {
  const isWanted = (name: string, option: string, keepMs: number) => {
    if (!existsSync(join(folder, name))) return false;
    if (!line.isSet(option)) note(`${name} stays where it is: --${option} brings it back`);
    else if (keepMs === 0) note(`${name} stays where it is: this endpoint keeps none`);
    return line.isSet(option) && keepMs > 0;
  };
  const { trashMs, versionsMs } = config.retention;
  return {
    trash: isWanted(trashFolder, "with-trash", trashMs),
    versions: isWanted(versionsFolder, "with-versions", versionsMs),
  };
}

async function importAll(parts: ImportParts, tally: ImportTally, from: From): Promise<void> {
  const apps = await appsIn(parts, from);
  const { withKept, folder } = from;
  let total = withKept.trash ? await bytesIn(join(folder, trashFolder), parts.cancel) : 0;
  if (withKept.versions) total += await bytesIn(join(folder, versionsFolder), parts.cancel);
  for (const { member } of apps) total += await bytesIn(member.path, parts.cancel);
  from.progress.expect(total);
  for (const { appId, member } of apps) {
    const root = await parts.tree.openApp(from.owner, appId);
    await importFolder(parts, tally, { owner: from.owner, root, segments: [] }, member);
  }
}

/** Which folder goes to which app. */
async function appsIn(
  parts: ImportParts,
  { folder, appId }: From,
): Promise<readonly { readonly appId: string; readonly member: SourceMember }[]> {
  const stats = await topStats(folder);
  const isExport = await hasMetadata(folder);
  if (appId !== null && !isExport) {
    const member = { name: appId, isFile: false, path: folder, shown: "", stats, metadata: null };
    return [{ appId, member }];
  }
  const apps: { appId: string; member: SourceMember }[] = [];
  for (const member of await readSourceFolder({ path: folder, shown: "" }, parts.metadata, parts)) {
    if (appId !== null && member.name !== appId) continue;
    if (!member.isFile && parseAppId(member.name) !== null) apps.push({ appId: member.name, member });
    else parts.onProblem(member.shown, "is no app's folder; --app says which app a folder is for");
  }
  if (appId !== null && apps.length === 0)
    throw new ReliteError("not_found", `${appId} is not in this export`);
  return apps;
}

async function topStats(folder: string) {
  try {
    const stats = await stat(folder);
    if (stats.isDirectory()) return stats;
  } catch (error) {
    throw new ReliteError("bad_request", `${folder}: ${fileTrouble(error)}`, { cause: error });
  }
  throw new ReliteError("bad_request", `${folder} is no folder`);
}

async function metadataOf(folder: string): Promise<MetadataByPath> {
  const byPath = new Map<string, MetadataEntry>();
  if (!(await hasMetadata(folder))) return byPath;
  for await (const entry of readMetadata(folder)) byPath.set(entry.as ?? entry.path, entry);
  return byPath;
}

/** For the bar only: what cannot be read is told when its turn comes. */
async function bytesIn(folder: string, cancel: AbortSignal): Promise<number> {
  checkCancel(cancel);
  let bytes = 0;
  const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of names) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesIn(path, cancel);
    else if (entry.isFile()) bytes += (await lstat(path).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

function toPolicy(text: string | undefined): OnConflict {
  return text === "replace" || text === "fail" ? text : "skip";
}

function sentence({ imported, replaced, unchanged, kept, folders }: ImportTally): string {
  return `${imported} files imported, ${replaced} replaced, ${unchanged} unchanged, ${kept} left as they were here, ${folders} folders made`;
}

function keptSentence({ trash, versions }: { readonly trash: number; readonly versions: number }): string {
  return trash + versions === 0
    ? ""
    : `, ${trash} entries of the trash and ${versions} versions brought back`;
}
