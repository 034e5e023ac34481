import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { KeptImports, ReplacedBytes } from "../../tree/kept-imports.ts";
import type { Place } from "../../tree/place.ts";
import { versionsFolder } from "../export/kept-facts.ts";
import { type ImportFileParts, type SourceBytes, stageFile, whileItPasses } from "./import-file.ts";
import { isKeptBy, isTime } from "./kept-source.ts";
import {
  type MetadataByPath,
  readSourceFolder,
  type SourceMember,
  type SourceReport,
} from "./source-folder.ts";

/** Brings what a file held before; null where an import leaves that out. */
export type ImportVersions = (place: Place, member: SourceMember) => Promise<void>;

export interface ImportVersionsParts
  extends Pick<ImportFileParts, "blobs" | "cancel" | "clock" | "onBytes">,
    SourceReport {
  readonly keptImports: KeptImports;
  readonly metadata: MetadataByPath;
  /** The top of the export. */
  readonly folder: string;
  onVersions(count: number): void;
}

/** The history of each file comes whole, in one transaction, or not at all; what is there already stays as it is. */
export function createImportVersions(parts: ImportVersionsParts): ImportVersions {
  const isRealFolder = createIsRealFolder(parts.folder);
  return async (place, member) => {
    const shown = `${versionsFolder}/${member.shown}`;
    const path = join(parts.folder, ...shown.split("/"));
    if (!(await isRealFolder(path))) return;
    const found = await readSourceFolder({ path, shown }, parts.metadata, parts);
    const versions = found.filter((one) => isVersion(parts, one)).sort(byAge);
    if (versions.length === 0) return;
    await whileItPasses(parts, async () => parts.onVersions(await bring(parts, place, versions, [])));
  };
}

/** All are staged before the first is written down. */
async function bring(
  parts: ImportVersionsParts,
  place: Place,
  [first, ...rest]: readonly SourceMember[],
  staged: readonly ReplacedBytes[],
): Promise<number> {
  if (first === undefined) return parts.keptImports.bringVersions(place, staged);
  return stageFile(parts, place.owner, first, (bytes) =>
    bring(parts, place, rest, [...staged, replacedBytes(first, bytes)]),
  );
}

function replacedBytes({ metadata }: SourceMember, bytes: SourceBytes): ReplacedBytes {
  const { atMs = 0, by = null } = metadata?.replaced ?? {};
  return { ...bytes, replacedMs: atMs, replacedBy: by };
}

/** A folder of an older export may lie where a file's history is, and versions that ended since. */
function isVersion({ onSkipped }: SourceReport, { isFile, metadata, shown }: SourceMember): boolean {
  if (!isFile) return false;
  const { replaced } = metadata ?? {};
  if (replaced !== undefined && isTime(replaced.atMs) && isKeptBy(replaced.by)) return true;
  onSkipped(shown, "the metadata does not say when it was replaced");
  return false;
}

function byAge(a: SourceMember, b: SourceMember): number {
  const numberOf = ({ name }: SourceMember) =>
    Number(/~(\d{1,15})(?:\.[A-Za-z0-9]{1,8})?$/.exec(name)?.[1] ?? 0);
  return (a.metadata?.replaced?.atMs ?? 0) - (b.metadata?.replaced?.atMs ?? 0) || numberOf(a) - numberOf(b);
}

/** Whether a path is a folder that no link leads to, from the top of the export down. */
function createIsRealFolder(top: string): (path: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  const look = async (path: string): Promise<boolean> => {
    if (path === top) return true;
    if (!(await isRealFolder(dirname(path)))) return false;
    return (await lstat(path).catch(() => null))?.isDirectory() ?? false;
  };
  const isRealFolder = (path: string): Promise<boolean> => {
    const found = known.get(path) ?? look(path);
    // Files have no folders below theirs: only the ways to them are asked for again.
    if (known.size > 10_000) known.clear();
    known.set(path, found);
    return found;
  };
  return isRealFolder;
}
