import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isPathSegment } from "@relite/core/ucan";
import { trashFolder, versionsFolder } from "../export/kept-facts.ts";
import { partsName } from "../export/target-files.ts";
import { fileTrouble } from "../file-trouble.ts";
import { type MetadataEntry, metadataName } from "../metadata-file.ts";

export interface SourceMember {
  /** Its name in the tree, in NFC. */
  readonly name: string;
  readonly isFile: boolean;
  /** Where it lies on the disk. */
  readonly path: string;
  /** The same, from the top of what is imported, separated by `/`. */
  readonly shown: string;
  readonly stats: Stats;
  readonly metadata: MetadataEntry | null;
}

export interface SourceReport {
  /** Something that is never imported: a link, a device, a socket. */
  onSkipped(shown: string, why: string): void;
  /** Something that should have been imported and was not. */
  onProblem(shown: string, why: string): void;
}

export type MetadataByPath = ReadonlyMap<string, MetadataEntry>;

const decoder = new TextDecoder("utf-8", { fatal: true });
const own = new Set([metadataName, `${metadataName}.part`, partsName, trashFolder, versionsFolder]);

/** The members of a folder that can be in a tree, in name order; every other one is told. Links are never followed. */
export async function readSourceFolder(
  at: { readonly path: string; readonly shown: string },
  metadata: MetadataByPath,
  report: SourceReport,
): Promise<readonly SourceMember[]> {
  const members = new Map<string, SourceMember>();
  for (const raw of (await readdir(at.path, { encoding: "buffer" })).sort(Buffer.compare)) {
    const onDisk = decode(raw);
    const shown = `${at.shown === "" ? "" : `${at.shown}/`}${onDisk ?? raw.toString("latin1")}`;
    if (at.shown === "" && own.has(onDisk ?? "")) continue;
    if (onDisk === null) {
      report.onProblem(shown, "its name is not UTF-8");
      continue;
    }
    const member = await readMember(join(at.path, onDisk), shown, metadata, report);
    if (member === null) continue;
    if (members.has(member.name)) report.onProblem(shown, "another one has the same name in Unicode (NFC)");
    else members.set(member.name, member);
  }
  return [...members.values()];
}

async function readMember(
  path: string,
  shown: string,
  metadata: MetadataByPath,
  { onProblem, onSkipped }: SourceReport,
): Promise<SourceMember | null> {
  try {
    const stats = await lstat(path);
    const kind = kindOf(stats);
    if (kind !== "file" && kind !== "folder") {
      onSkipped(shown, kind);
      return null;
    }
    const about = metadata.get(shown) ?? null;
    const told = about?.as === undefined ? shown : about.path;
    const name = (told.split("/").at(-1) ?? "").normalize("NFC");
    if (!isPathSegment(name)) {
      onProblem(shown, "its name cannot stand in an address (too long, or with a character no address has)");
      return null;
    }
    return { name, isFile: kind === "file", path, shown, stats, metadata: about };
  } catch (error) {
    onProblem(shown, fileTrouble(error));
    return null;
  }
}

function kindOf(stats: Stats): "file" | "folder" | string {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "a link, which is not followed" : "not a file but a device, pipe or socket";
}

function decode(raw: Buffer): string | null {
  try {
    return decoder.decode(raw);
  } catch {
    return null;
  }
}
