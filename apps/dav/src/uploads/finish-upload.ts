import type { Readable } from "node:stream";
import type { StagedBytes } from "../blobs/blobs.ts";
import type { BodyCheck } from "../checksums/body-check.ts";
import type { DavContext } from "../context.ts";
import type { WriteConditions } from "../engine/conditions.ts";
import type { Place } from "../tree/place.ts";
import type { Written } from "../tree/tree.ts";
import type { Upload, UploadClaim, UploadPart } from "./uploads.ts";

export interface FinishedFile {
  readonly place: Place;
  readonly conditions: WriteConditions;
  readonly type: string | null;
  readonly modifiedMs: number | null;
  readonly checks: readonly BodyCheck[];
  readonly checksums: string | null;
}

/**
 * Makes the file of its parts: one part whose hash is known is taken as it is, several are read once and written once,
 * hashed on the way. The file appears and the upload ends in one transaction; of two that finish it, one does.
 */
export async function finishUpload(
  { storage: { blobs, tree, partFiles } }: Pick<DavContext, "storage">,
  upload: Upload,
  parts: readonly UploadPart[],
  file: FinishedFile,
  partials: readonly UploadClaim[] = [],
): Promise<Written> {
  const { owner, id, version } = upload;
  const { place, conditions, type, modifiedMs, checksums } = file;
  const staged = await assemble({ blobs, partFiles }, owner, parts, file.checks);
  let written: Written;
  try {
    await staged.keep();
    const { hash, size, inline } = staged;
    const bytes = { hash, size, inline, type, modifiedMs, checksums, upload: { id, version, partials } };
    written = await tree.put(place, bytes, conditions);
  } finally {
    await staged.release();
  }
  await partFiles.remove(
    owner,
    parts.map((part) => part.file),
  );
  return written;
}

async function assemble(
  { blobs, partFiles }: Pick<DavContext["storage"], "blobs" | "partFiles">,
  owner: number,
  parts: readonly UploadPart[],
  checks: readonly BodyCheck[],
): Promise<StagedBytes> {
  const [first] = parts;
  if (first !== undefined && parts.length === 1 && first.hash !== null) {
    const { hash, size, file } = first;
    const isExact = (await partFiles.sizeOf(owner, file)) === size;
    const adopted = isExact ? await blobs.adopt(owner, partFiles.pathOf(owner, file), { hash, size }) : null;
    if (adopted !== null) return checked(adopted, checks);
  }
  const bytes = parts.reduce((sum, { size }) => sum + size, 0);
  const whole = partFiles.open(owner, parts);
  const limits = { maxBytes: bytes, declaredBytes: bytes, checks };
  return blobs.stage(owner, whole, limits).finally(() => whole.destroy());
}

async function checked(staged: StagedBytes, checks: readonly BodyCheck[]): Promise<StagedBytes> {
  if (checks.length === 0) return staged;
  try {
    const body: Readable = await staged.open();
    for await (const bytes of body) for (const check of checks) check.update(bytes);
    for (const check of checks) check.verify();
    return staged;
  } catch (error) {
    await staged.release();
    throw error;
  }
}
