import { createHash, hash as hashOf } from "node:crypto";
import type { Readable } from "node:stream";
import { ReliteError } from "@relite/core/errors";
import { storageError } from "../storage/storage-errors.ts";
import type { IncomingLimits } from "./blobs.ts";
import type { Disk } from "./disk.ts";
import type { DiskWriter } from "./disk-writer.ts";
import { gather } from "./gather.ts";
import { giveBack } from "./give-back.ts";
import { createWriteSteps, type WriteSteps } from "./write-steps.ts";

/** Bodies up to this size are kept in the database, next to their node. */
export const maxInlineBytes = 64 * 1024;

export interface Received {
  readonly hash: string;
  readonly size: number;
  readonly inline: Buffer | null;
}

/** A body that says it is small, whole in memory; null for others, which are to be received step by step. */
export function receiveSmall(body: Readable, limits: IncomingLimits): Promise<Received> | null {
  const { declaredBytes, maxBytes, checks = [] } = limits;
  if (declaredBytes === null || declaredBytes > maxInlineBytes || declaredBytes > maxBytes) return null;
  return gather(body, declaredBytes).then(
    (inline) => {
      if (inline === null) throw incompleteBody();
      for (const check of checks) {
        check.update(inline);
        check.verify();
      }
      return { hash: hashOf("sha256", inline, "hex"), size: inline.byteLength, inline };
    },
    (error: unknown) => {
      throw isBrokenBody(error) ? incompleteBody() : storageError(error);
    },
  );
}

/**
 * Reads a whole body while hashing it; beyond the inline size it goes to the temporary file, which is flushed at the end.
 * A body that is cut, too long or of another length than declared leaves nothing behind.
 */
export async function receive(
  body: Readable,
  limits: IncomingLimits,
  { disk, temporary }: { readonly disk: Disk; readonly temporary: string },
): Promise<Received> {
  const hash = createHash("sha256");
  const { checks = [] } = limits;
  let held: Buffer[] = [];
  let size = 0;
  let file: DiskWriter | null = null;
  let steps: WriteSteps | null = null;
  try {
    // A refused body is left standing: destroying it would cut the connection before the refusal is sent.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      size += bytes.byteLength;
      if (size > limits.maxBytes) throw tooLarge(limits.maxBytes);
      hash.update(bytes);
      for (const check of checks) check.update(bytes);
      if (file === null && size <= maxInlineBytes) {
        held.push(bytes);
        continue;
      }
      file ??= await disk.createFile(temporary, limits.declaredBytes ?? 0);
      steps ??= createWriteSteps(file, limits.declaredBytes ?? 0);
      for (const early of held) await steps.add(early);
      held = [];
      await steps.add(bytes);
      giveBack(body, bytes);
    }
    if (limits.declaredBytes !== null && size !== limits.declaredBytes) throw incompleteBody();
    for (const check of checks) check.verify();
    await steps?.end();
    await file?.flush();
    return { hash: hash.digest("hex"), size, inline: file === null ? Buffer.concat(held) : null };
  } catch (error) {
    // Nobody reads on: what its source still has to say must not end the process.
    body.on("error", () => {});
    await steps?.settle();
    if (file !== null) {
      await file.close().catch(() => {});
      await disk.remove(temporary).catch(() => {});
    }
    throw isBrokenBody(error) ? incompleteBody() : storageError(error);
  }
}

export function tooLarge(maxBytes: number): ReliteError {
  return new ReliteError("too_large", "The body is larger than this server takes", { details: { maxBytes } });
}

export function incompleteBody(): ReliteError {
  return new ReliteError("bad_request", "The body ended early", { reason: "incomplete_body" });
}

/** Whether a body ended because its sender went away. */
export function isBrokenBody(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR";
}
