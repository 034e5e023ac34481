import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { ReliteError } from "@relite/core/errors";
import { checkCancel } from "../command-line.ts";
import type { TargetFiles } from "./target-files.ts";
import type { TargetLimits } from "./target-names.ts";

export interface FileToExport {
  readonly path: string;
  readonly size: number;
  readonly hash: string;
  readonly modifiedMs: number;
  open(): Promise<AsyncIterable<Uint8Array>>;
}

export interface ExportFileParts {
  readonly files: TargetFiles;
  readonly limits: TargetLimits;
  /** Compares the bytes of what is there, not only size and time. */
  readonly byChecksum: boolean;
  readonly cancel: AbortSignal;
  onBytes(more: number): void;
}

/** Brings one file to the target, whole or not at all; leaves one that is the same. */
export async function exportFile(
  file: FileToExport,
  parts: ExportFileParts,
): Promise<"written" | "unchanged"> {
  const { files, onBytes } = parts;
  const there = await files.look(file.path);
  if (there !== null && !there.isFile()) throw inTheWay(there);
  if (there !== null && (await isSame(file, there, parts))) {
    onBytes(file.size);
    return "unchanged";
  }
  const part = await files.createPart();
  try {
    await copy(file, part, parts);
    await part.finish(file.path, file.modifiedMs);
  } catch (error) {
    await part.discard();
    throw error;
  }
  return "written";
}

async function copy(
  file: FileToExport,
  part: { write(bytes: Uint8Array): Promise<void> },
  { cancel, onBytes }: ExportFileParts,
): Promise<void> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of await file.open()) {
    checkCancel(cancel);
    hash.update(chunk);
    size += chunk.byteLength;
    await part.write(chunk);
    onBytes(chunk.byteLength);
  }
  if (size !== file.size || hash.digest("hex") !== file.hash) {
    throw new ReliteError("internal", "its content is damaged in the storage; fsck tells more");
  }
}

async function isSame(file: FileToExport, there: Stats, parts: ExportFileParts): Promise<boolean> {
  if (there.size !== file.size || !hasTime(there, file.modifiedMs, parts.limits)) return false;
  if (!parts.byChecksum) return true;
  const hash = createHash("sha256");
  for await (const chunk of parts.files.read(file.path)) {
    checkCancel(parts.cancel);
    hash.update(chunk);
  }
  return hash.digest("hex") === file.hash;
}

/** Whether what is there has this time, as finely as the file system keeps it. */
export function hasTime({ mtimeMs }: Stats, modifiedMs: number, { timeStepMs }: TargetLimits): boolean {
  return Math.floor(Math.round(mtimeMs) / timeStepMs) === Math.floor(modifiedMs / timeStepMs);
}

/** What stands where something else should: it is left alone, and a link is never followed. */
export function inTheWay(there: Stats): ReliteError {
  const what = there.isSymbolicLink() ? "a link" : there.isDirectory() ? "a folder" : "something else";
  return new ReliteError("conflict", `${what} is in its place; it was left alone`);
}
