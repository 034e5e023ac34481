import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { ReliteError } from "@relite/core/errors";
import { isPathSegment, parseAppId } from "@relite/core/ucan";
import type { DeletedFacts, KeptImports } from "../../tree/kept-imports.ts";
import type { Place } from "../../tree/place.ts";
import { checkCancel } from "../command-line.ts";
import { trashFolder } from "../export/kept-facts.ts";
import { importFile } from "./import-file.ts";
import { type ImportParts, type ImportTally, importFolder, tell } from "./import-tree.ts";
import { isKeptBy, isTime } from "./kept-source.ts";
import { readSourceFolder, type SourceMember } from "./source-folder.ts";

export interface ImportTrashParts extends ImportParts {
  readonly keptImports: KeptImports;
  readonly owner: number;
  /** The top of the export. */
  readonly folder: string;
  /** Of one app only; null: of all. */
  readonly appId: string | null;
  bytesIn(path: string): Promise<number>;
}

/**
 * Brings what was deleted. An entry is built where no request finds it, and then put into the trash in one step: killed at
 * any moment it is there whole, or not at all, and the next import ends what was left.
 */
export async function importTrash(parts: ImportTrashParts): Promise<number> {
  const { keptImports, owner } = parts;
  let count = 0;
  const bench = await keptImports.openBench(owner);
  try {
    for (const { appId, entry } of await entriesIn(parts)) {
      try {
        if (await bringEntry(parts, { owner, root: bench, segments: [entry.name] }, { appId, entry }))
          count += 1;
      } catch (error) {
        tell(parts, entry, error);
      }
    }
  } finally {
    await keptImports.clearBench(owner);
  }
  return count;
}

interface Entry {
  readonly appId: string;
  readonly entry: SourceMember;
}

async function entriesIn(parts: ImportTrashParts): Promise<readonly Entry[]> {
  const path = join(parts.folder, trashFolder);
  const isThere = (await lstat(path).catch(() => null))?.isDirectory() ?? false;
  const apps = isThere ? await readSourceFolder({ path, shown: trashFolder }, parts.metadata, parts) : [];
  const entries: Entry[] = [];
  for (const app of apps) {
    if (parts.appId !== null && app.name !== parts.appId) continue;
    if (app.isFile || parseAppId(app.name) === null) parts.onSkipped(app.shown, "is no app's trash");
    else
      for (const entry of await readSourceFolder(app, parts.metadata, parts))
        entries.push({ appId: app.name, entry });
  }
  return entries;
}

/** False for one that is there, or of which nothing is known. */
async function bringEntry(parts: ImportTrashParts, place: Place, { appId, entry }: Entry): Promise<boolean> {
  checkCancel(parts.cancel);
  const facts = factsOf(appId, entry);
  if (facts === null) {
    parts.onSkipped(entry.shown, "the metadata does not say where it was and when it was deleted");
    return false;
  }
  const bytes = entry.isFile ? entry.stats.size : await parts.bytesIn(entry.path);
  if ((await parts.keptImports.entryFor(parts.owner, entry.name, facts)).isThere) {
    parts.onBytes(bytes);
    return false;
  }
  const { quotaBytes, usedBytes } = await parts.tree.usage(parts.owner);
  if (quotaBytes !== null && usedBytes + bytes > quotaBytes) {
    throw new ReliteError("insufficient_storage", "the storage quota has no room for it", {
      reason: "quota_exceeded",
    });
  }
  if (!(await build(parts, place, entry)))
    throw new ReliteError("conflict", "not all of it could be read; it was left out");
  await parts.keptImports.bringEntry(place, entry.name, facts);
  return true;
}

async function build(parts: ImportTrashParts, place: Place, entry: SourceMember): Promise<boolean> {
  const tally: ImportTally = { imported: 0, replaced: 0, unchanged: 0, kept: 0, folders: 0 };
  if (!entry.isFile) return importFolder(parts, tally, place, entry);
  await importFile(parts, place, entry);
  await parts.importVersions?.(place, entry);
  return true;
}

function factsOf(appId: string, { metadata }: SourceMember): DeletedFacts | null {
  const { path, atMs, by } = metadata?.deleted ?? {};
  if (path === undefined || atMs === undefined || by === undefined) return null;
  const names = path === "" ? [] : path.split("/");
  const isPossible = names.every((name) => isPathSegment(name) && name.normalize("NFC") === name);
  if (!isPossible || names.length > 126 || !isTime(atMs) || !isKeptBy(by)) return null;
  return { appId, path: names, deletedMs: atMs, deletedBy: by };
}
