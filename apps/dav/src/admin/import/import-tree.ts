import { setImmediate } from "node:timers/promises";
import { isReliteError, ReliteError } from "@relite/core/errors";
import { storageError } from "../../storage/storage-errors.ts";
import type { Place } from "../../tree/place.ts";
import type { TreeNode } from "../../tree/tree.ts";
import { checkCancel } from "../command-line.ts";
import { fileTrouble, isDiskFull } from "../file-trouble.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { type ImportFileParts, importFile, missingProperties, modifiedMsOf } from "./import-file.ts";
import type { ImportVersions } from "./import-versions.ts";
import {
  type MetadataByPath,
  readSourceFolder,
  type SourceMember,
  type SourceReport,
} from "./source-folder.ts";

export interface ImportParts extends ImportFileParts, SourceReport {
  readonly metadata: MetadataByPath;
  /** Null where what files held before is left out. */
  readonly importVersions: ImportVersions | null;
  /** How many names deep a tree may be, so that requests can name all of it. */
  readonly maxDepth: number;
}

export interface ImportTally {
  imported: number;
  replaced: number;
  unchanged: number;
  kept: number;
  folders: number;
}

const filesAtOnce = 8;
const filesPerTurn = 16;
// Between the commits of one turn and the next a running endpoint gets the database.
const pauseMs = 2;

/** Brings what is in a folder into a collection, which is made when it is missing. Answers whether all of it is there now. */
export async function importFolder(
  parts: ImportParts,
  tally: ImportTally,
  place: Place,
  folder: SourceMember,
): Promise<boolean> {
  checkCancel(parts.cancel);
  try {
    const { id } = await ensureCollection(parts, tally, place);
    const members = await readSourceFolder(folder, parts.metadata, parts);
    if (place.segments.length >= parts.maxDepth && members.length > 0) {
      throw new ReliteError("conflict", "what is in it would lie too deep");
    }
    let isWhole = await importFiles(parts, tally, place, members);
    for (const member of members.filter(({ isFile }) => !isFile)) {
      const inside = { ...place, segments: [...place.segments, member.name] };
      isWhole = (await importFolder(parts, tally, inside, member)) && isWhole;
    }
    await finishFolder(parts, place, folder, isWhole && (await countMembers(parts, id)) === members.length);
    return isWhole;
  } catch (error) {
    tell(parts, folder, error);
    return false;
  }
}

async function importFiles(
  parts: ImportParts,
  tally: ImportTally,
  place: Place,
  members: readonly SourceMember[],
): Promise<boolean> {
  const files = members.filter(({ isFile }) => isFile);
  let isWhole = true;
  for (let at = 0; at < files.length; at += filesPerTurn) {
    await mapConcurrently(files.slice(at, at + filesPerTurn), filesAtOnce, async (member) => {
      try {
        const at = { ...place, segments: [...place.segments, member.name] };
        const outcome = await importFile(parts, at, member);
        tally[outcome] += 1;
        if (outcome === "kept") isWhole = false;
        // The history is that of the file as the source has it.
        else await parts.importVersions?.(at, member);
      } catch (error) {
        isWhole = false;
        tell(parts, member, error);
      }
    });
    await parts.clock.sleep(pauseMs);
  }
  return isWhole;
}

/** One that fails does not end the rest, unless all would fail. */
export function tell(parts: ImportParts, { shown, stats, isFile }: SourceMember, error: unknown): void {
  checkCancel(parts.cancel);
  const known = storageError(error);
  if (isDiskFull(error) || isDiskFull(known)) throw known;
  if (isFile) parts.onBytes(stats.size);
  parts.onProblem(shown, isReliteError(error) ? error.message : fileTrouble(error));
}

async function ensureCollection({ tree }: ImportParts, tally: ImportTally, place: Place): Promise<TreeNode> {
  const there = await tree.find(place);
  if (there?.kind === "file") throw new ReliteError("conflict", "a file has its name here");
  if (there !== null) return there;
  const { node } = await tree.makeCollection(place, {});
  tally.folders += 1;
  return node;
}

/**
 * A collection that is as the source has it gets the source's time. Its parent is changed by that, which therefore
 * comes later.
 */
async function finishFolder(
  { tree }: ImportParts,
  place: Place,
  folder: SourceMember,
  isAsSource: boolean,
): Promise<void> {
  const node = await tree.find(place);
  if (node === null) return;
  const { steps } = await missingProperties(tree, node, folder);
  const modifiedMs = modifiedMsOf(folder);
  const touch = isAsSource && node.modifiedMs !== modifiedMs ? [{ kind: "touch" as const, modifiedMs }] : [];
  if (steps.length + touch.length > 0) await tree.patchProperties(place, { steps: [...steps, ...touch] }, {});
}

async function countMembers({ tree }: ImportParts, id: number): Promise<number> {
  let count = 0;
  for (let after: string | null = null; ; ) {
    const page: readonly TreeNode[] = await tree.members(id, after, 1_000);
    count += page.length;
    after = page.at(-1)?.name ?? null;
    if (page.length < 1_000) return count;
    await setImmediate();
  }
}
