import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Clock } from "@relite/core/clock";
import { isReliteError, ReliteError } from "@relite/core/errors";
import type { Blobs, StagedBytes } from "../../blobs/blobs.ts";
import type { WriteConditions } from "../../engine/conditions.ts";
import { planUpdates } from "../../methods/property-plan.ts";
import { refuseOverQuota } from "../../methods/refuse-over-quota.ts";
import { storageError } from "../../storage/storage-errors.ts";
import type { Place } from "../../tree/place.ts";
import type { PropertyPatch } from "../../tree/properties.ts";
import type { StoredBytes, Tree, TreeNode } from "../../tree/tree.ts";
import { readProppatchRequest } from "../../xml/proppatch-request.ts";
import { checkCancel } from "../command-line.ts";
import type { SourceMember } from "./source-folder.ts";

export type OnConflict = "skip" | "replace" | "fail";

export interface ImportFileParts {
  readonly tree: Tree;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly cancel: AbortSignal;
  readonly onConflict: OnConflict;
  onBytes(more: number): void;
}

/** Bytes of a file, kept, with what the source says of them. */
export interface SourceBytes extends StoredBytes {
  readonly modifiedMs: number;
}

export type FileOutcome = "imported" | "replaced" | "unchanged" | "kept";

const attempts = 5;
const readBytes = 256 * 1024;

/** Brings one file into the tree, on the disk when it resolves; asks again when somebody changed either side meanwhile. */
export async function importFile(
  parts: ImportFileParts,
  place: Place,
  member: SourceMember,
): Promise<FileOutcome> {
  return whileItPasses(parts, () => tryImport(parts, place, member));
}

/** Does it again when somebody changed either side meanwhile, a few times. */
export async function whileItPasses<Result>(
  parts: Pick<ImportFileParts, "cancel" | "clock">,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    checkCancel(parts.cancel);
    try {
      return await work();
    } catch (error) {
      const known = storageError(error);
      const isPassing =
        known.code === "precondition_failed" || known.reason === "storage_busy" || isTorn(error);
      if (!isPassing || attempt === attempts) throw isPassing && isTorn(error) ? torn() : error;
      await parts.clock.sleep(100 * attempt, parts.cancel).catch(() => {});
    }
  }
}

async function tryImport(parts: ImportFileParts, place: Place, member: SourceMember): Promise<FileOutcome> {
  const { tree, onConflict, onBytes } = parts;
  const existing = await tree.find(place);
  if (existing?.kind === "collection") throw new ReliteError("conflict", "a folder has its name here");
  if (existing !== null && isSame(existing, member)) {
    await completeProperties(parts, place, existing, member);
    onBytes(member.stats.size);
    return "unchanged";
  }
  if (existing !== null && onConflict !== "replace") {
    onBytes(member.stats.size);
    if (onConflict === "skip") return "kept";
    throw new ReliteError("conflict", "another file has its name here");
  }
  // Refused before the bytes are read; the transaction decides again.
  refuseOverQuota(await tree.usage(place.owner), member.stats.size - (existing?.size ?? 0));
  await put(parts, place, member, existing === null ? { ifNoneMatch: "*" } : { ifMatch: [existing.etag] });
  return existing === null ? "imported" : "replaced";
}

async function put(
  parts: ImportFileParts,
  place: Place,
  member: SourceMember,
  conditions: WriteConditions,
): Promise<void> {
  const { tree } = parts;
  await stageFile(parts, place.owner, member, async (bytes) => {
    const { node } = await tree.put(place, bytes, conditions);
    await completeProperties(parts, place, node, member);
  });
}

/** Has a source's bytes kept, and uses them; `upload` and checksums are none of its matter. */
export async function stageFile<Result>(
  parts: Pick<ImportFileParts, "blobs" | "cancel" | "onBytes">,
  owner: number,
  member: SourceMember,
  use: (bytes: SourceBytes) => Promise<Result>,
): Promise<Result> {
  // A pipe that took the file's place would block for ever, a link would lead elsewhere.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(member.path, flags);
  try {
    const before = await file.stat();
    if (!before.isFile()) throw new ReliteError("conflict", "it is no file any more");
    const staged = await stage(parts, owner, file, before.size);
    try {
      if (!isUntouched(before, await file.stat())) throw torn();
      await staged.keep();
      const { hash, size, inline } = staged;
      const type = member.metadata?.type ?? null;
      const modifiedMs = modifiedMsOf({ ...member, stats: before });
      return await use({ hash, size, inline, type, modifiedMs });
    } finally {
      await staged.release();
    }
  } finally {
    await file.close();
  }
}

async function stage(
  parts: Pick<ImportFileParts, "blobs" | "cancel" | "onBytes">,
  owner: number,
  file: FileHandle,
  size: number,
): Promise<StagedBytes> {
  const body = Readable.from(read(parts, file, size), { objectMode: false });
  // A storage that fails leaves the rest unread.
  body.on("error", () => {});
  try {
    return await parts.blobs.stage(owner, body, {
      maxBytes: Number.MAX_SAFE_INTEGER,
      declaredBytes: size,
    });
  } finally {
    body.destroy();
  }
}

async function* read(
  { cancel, onBytes }: Pick<ImportFileParts, "cancel" | "onBytes">,
  file: FileHandle,
  size: number,
): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    checkCancel(cancel);
    const buffer = Buffer.allocUnsafe(Math.min(size + 1, readBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    onBytes(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** Properties of the metadata that the node does not have; checked as those of a PROPPATCH are. */
async function completeProperties(
  { tree }: Pick<ImportFileParts, "tree">,
  place: Place,
  node: TreeNode,
  member: SourceMember,
): Promise<void> {
  const patch = await missingProperties(tree, node, member);
  if (patch.steps.length > 0) await tree.patchProperties(place, patch, {});
}

export async function missingProperties(
  tree: Pick<Tree, "properties">,
  node: TreeNode,
  { metadata }: SourceMember,
): Promise<PropertyPatch> {
  const wanted = metadata?.properties ?? [];
  if (wanted.length === 0) return { steps: [] };
  const has = (await tree.properties([node.id])).get(node.id) ?? [];
  const isThere = ({ namespace, name, xml }: (typeof wanted)[number]) =>
    has.some((one) => one.namespace === namespace && one.name === name && one.xml === xml);
  const missing = wanted.filter((one) => !isThere(one)).map(({ xml }) => xml);
  if (missing.length === 0) return { steps: [] };
  const body = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>${missing.join("")}</D:prop></D:set></D:propertyupdate>`;
  const plan = planUpdates(readProppatchRequest(Buffer.from(body)));
  if (plan.isRefused) throw new ReliteError("bad_request", "its properties in the metadata are not allowed");
  return { steps: plan.steps };
}

function isSame({ size, modifiedMs, type }: TreeNode, member: SourceMember): boolean {
  const { stats, metadata } = member;
  return size === stats.size && modifiedMs === modifiedMsOf(member) && type === (metadata?.type ?? type);
}

/** What the metadata says where the file system could not hold it. */
export function modifiedMsOf({ stats, metadata }: Pick<SourceMember, "stats" | "metadata">): number {
  return metadata?.modifiedMs ?? Math.round(stats.mtimeMs);
}

function isUntouched(before: Stats, after: Stats): boolean {
  return before.size === after.size && before.mtimeMs === after.mtimeMs && before.ctimeMs === after.ctimeMs;
}

function isTorn(error: unknown): boolean {
  return isReliteError(error) && (error.reason === "incomplete_body" || error.reason === "source_changed");
}

function torn(): ReliteError {
  return new ReliteError("conflict", "it kept changing while it was read", { reason: "source_changed" });
}
