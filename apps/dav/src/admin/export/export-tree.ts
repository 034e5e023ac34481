import { join } from "node:path";
import type { Blobs } from "../../blobs/blobs.ts";
import type { DeadProperty } from "../../tree/properties.ts";
import { checkCancel } from "../command-line.ts";
import { fileTrouble, isDiskFull, isNameTrouble } from "../file-trouble.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import type { MetadataEntry } from "../metadata-file.ts";
import { type ExportFileParts, exportFile, hasTime, inTheWay } from "./export-file.ts";
import { type KeptChoice, trashFolder, versionsFolder } from "./kept-facts.ts";
import type { Snapshot, SnapshotNode } from "./snapshot.ts";
import { nameMembers, substituteName } from "./target-names.ts";

export interface ExportParts extends ExportFileParts {
  readonly snapshot: Snapshot;
  readonly blobs: Blobs;
  readonly owner: number;
  readonly folder: string;
  readonly kept: KeptChoice;
  onProblem(path: string, what: string): void;
  /** Worth a line, though nothing is lost. */
  onNote(path: string, what: string): void;
}

/** A node with its names in the tree and in the target folder, and what the folder cannot hold of it. */
interface Placed {
  readonly node: SnapshotNode;
  readonly path: readonly string[];
  readonly as: readonly string[];
  readonly properties: readonly DeadProperty[];
}

interface Work {
  readonly parts: ExportParts;
  readonly large: Placed[];
  /** Folders made for versions. */
  readonly made: Set<string>;
  readonly folders: Placed[];
  readonly entries: MetadataEntry[];
  readonly tally: { files: number; unchanged: number; folders: number };
}

export interface Exported {
  readonly files: number;
  readonly unchanged: number;
  readonly folders: number;
  readonly entries: readonly MetadataEntry[];
}

const filesAtOnce = 8;

/**
 * Brings an owner's apps to a folder. What the database holds (the tree, small files) is written while the snapshot is
 * open; large files, which a hold protects, after that; times of folders at the end, when nothing changes in them.
 */
export async function exportTree(
  parts: ExportParts,
  apps: readonly SnapshotNode[],
  trash: readonly SnapshotNode[],
): Promise<Exported> {
  const tally = { files: 0, unchanged: 0, folders: 0 };
  const work: Work = { parts, large: [], made: new Set(), folders: [], entries: [], tally };
  for (const app of apps) await exportFolder(work, place(work, app, { path: [], as: [] }, app.name));
  for (const app of trash) {
    const above = { path: [trashFolder], as: [trashFolder] };
    const folder = place(work, app, above, app.name);
    if (await ensureFolders(work, folder, above.as)) await exportFolder(work, folder);
  }
  parts.snapshot.end();
  const all = { start: 0, end: Number.MAX_SAFE_INTEGER };
  await mapConcurrently(work.large, filesAtOnce, (file) =>
    exportOne(work, file, () => parts.blobs.open(parts.owner, file.node.hash, all)),
  );
  for (const folder of work.folders.toReversed()) await setFolderTime(work, folder);
  // The same tree gives the same metadata.
  return { ...tally, entries: work.entries.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

async function exportFolder(work: Work, wanted: Placed): Promise<void> {
  const { parts } = work;
  const folder = await underSomeName(parts, wanted, (path) => makeFolder(parts, path));
  if (folder === null) return;
  work.tally.folders += 1;
  work.folders.push(folder);
  const nameOf = nameMembers(parts.limits);
  const inside: Placed[] = [];
  let small: { readonly file: Placed; readonly data: Buffer }[] = [];
  const flush = async () => {
    await mapConcurrently(small, filesAtOnce, ({ file, data }) =>
      exportOne(work, file, async () => once(data)),
    );
    small = [];
  };
  for (const node of parts.snapshot.members(folder.node.id)) {
    checkCancel(parts.cancel);
    const member = place(work, node, folder, nameOf(node.name));
    const data = node.isFile ? parts.snapshot.inline(node) : null;
    if (!node.isFile) inside.push(member);
    else if (data === null) work.large.push(member);
    else small.push({ file: member, data });
    if (node.isFile && parts.kept.versions) await exportVersions(work, member);
    if (small.length >= 64) await flush();
  }
  await flush();
  for (const member of inside) await exportFolder(work, member);
}

/** What a file held before, in a folder of its name: small ones at once, the others with all large files. */
async function exportVersions(work: Work, file: Placed): Promise<void> {
  const { snapshot } = work.parts;
  const above = { path: [versionsFolder, ...file.path], as: [versionsFolder, ...file.as] };
  for (const node of snapshot.versions(file.node)) {
    const version = place(work, node, above, node.name);
    if (!(await ensureFolders(work, version, above.as))) return;
    const data = snapshot.inline(node);
    if (data === null) work.large.push(version);
    else await exportOne(work, version, async () => once(data));
  }
}

/** Folders that are none of the tree; false after the problem was told. */
async function ensureFolders(work: Work, wanted: Placed, names: readonly string[]): Promise<boolean> {
  const { parts, made } = work;
  for (let length = 1; length <= names.length; length += 1) {
    const path = join(parts.folder, ...names.slice(0, length));
    if (made.has(path)) continue;
    const found = await underSomeName(parts, { ...wanted, as: names.slice(0, length) }, async () =>
      makeFolder(parts, path),
    );
    if (found === null) return false;
    made.add(path);
  }
  return true;
}

function place(
  { parts }: Work,
  node: SnapshotNode,
  above: Pick<Placed, "path" | "as">,
  name: string,
): Placed {
  const properties = parts.snapshot.properties(node.id);
  return { node, path: [...above.path, node.name], as: [...above.as, name], properties };
}

async function exportOne(
  work: Work,
  wanted: Placed,
  open: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<void> {
  const { parts, tally } = work;
  const { size, hash, modifiedMs } = wanted.node;
  let isNew = false;
  const file = await underSomeName(parts, wanted, async (path) => {
    isNew = (await exportFile({ path, size, hash, modifiedMs, open }, parts)) === "written";
  });
  if (file === null) return;
  if (isNew) tally.files += 1;
  else tally.unchanged += 1;
  await note(work, file);
}

/** Does it under the wanted name, or under one every file system takes; null after the problem was told. */
async function underSomeName(
  parts: ExportParts,
  wanted: Placed,
  act: (path: string) => Promise<void>,
): Promise<Placed | null> {
  const other = [...wanted.as.slice(0, -1), substituteName(wanted.node.name)];
  for (const as of [wanted.as, other]) {
    try {
      await act(join(parts.folder, ...as));
      return { ...wanted, as };
    } catch (error) {
      if (isDiskFull(error)) throw error;
      checkCancel(parts.cancel);
      if (as !== other && isNameTrouble(error)) continue;
      parts.onProblem(wanted.path.join("/"), fileTrouble(error));
      return null;
    }
  }
  return null;
}

async function makeFolder({ files }: ExportParts, path: string): Promise<void> {
  const there = await files.look(path);
  if (there === null) return files.makeFolder(path);
  if (!there.isDirectory()) throw inTheWay(there);
}

async function setFolderTime(work: Work, folder: Placed): Promise<void> {
  const { files, folder: top, onProblem } = work.parts;
  try {
    await files.setTime(join(top, ...folder.as), folder.node.modifiedMs);
  } catch (error) {
    onProblem(folder.path.join("/"), `its time could not be set: ${fileTrouble(error)}`);
  }
  await note(work, folder);
}

/** Remembers what the target does not hold of a node. */
async function note({ parts, entries }: Work, { node, path, as, properties }: Placed): Promise<void> {
  const there = await parts.files.look(join(parts.folder, ...as));
  const isTimeKept = there !== null && Math.round(there.mtimeMs) === node.modifiedMs;
  const isRenamed = as.join("/") !== path.join("/");
  const hasMore = node.type !== null || properties.length > 0 || node.kept !== undefined;
  if (isTimeKept && !isRenamed && !hasMore) return;
  entries.push({
    path: path.join("/"),
    ...(isRenamed ? { as: as.join("/") } : {}),
    ...(node.type === null ? {} : { type: node.type }),
    ...(isTimeKept ? {} : { modifiedMs: node.modifiedMs }),
    ...(properties.length === 0 ? {} : { properties: [...properties] }),
    ...node.kept,
  });
  if (there !== null && !isTimeKept && !hasTime(there, node.modifiedMs, parts.limits)) {
    parts.onNote(path.join("/"), "the file system cannot hold its time; the metadata has it");
  }
}

async function* once(data: Buffer): AsyncGenerator<Uint8Array> {
  yield data;
}
