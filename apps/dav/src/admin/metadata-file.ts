import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import { errorCode } from "../storage/storage-errors.ts";

/** At the top of an exported folder: what a plain folder tree cannot hold, one JSON object a line after a first one. */
export const metadataName = ".relite-metadata.jsonl";

const property = z.object({ namespace: z.string(), name: z.string(), xml: z.string() });

const entry = z.object({
  /** Names from the app down, separated by `/`. */
  path: z.string(),
  /** The path in the folder, where it differs. */
  as: z.string().optional(),
  /** Content type, where the client gave one. */
  type: z.string().optional(),
  /** Epoch milliseconds, where the file system could not hold the time. */
  modifiedMs: z.number().int().optional(),
  properties: z.array(property).optional(),
  /** Of an entry of the trash: where it was, from its app down, and when and by whom it was deleted. */
  deleted: z.object({ path: z.string(), atMs: z.number().int(), by: z.string().nullable() }).optional(),
  /** Of a version: when and by whom it was written over. */
  replaced: z.object({ atMs: z.number().int(), by: z.string().nullable() }).optional(),
});

export type MetadataEntry = z.infer<typeof entry>;

const header = z.object({ relite: z.literal("export"), version: z.literal(1) });

/** Entries of an exported folder; null when it was not exported by Relite. Throws `bad_request` when it cannot be read. */
export async function* readMetadata(folder: string): AsyncGenerator<MetadataEntry> {
  const file = await open(join(folder, metadataName), "r");
  let number = 0;
  for await (const line of createInterface({ input: file.createReadStream(), crlfDelay: Infinity })) {
    number += 1;
    const read = parse(line);
    if (number === 1 && !header.safeParse(read).success) throw broken(number);
    if (number === 1 || line === "") continue;
    const parsed = entry.safeParse(read);
    if (!parsed.success) throw broken(number);
    yield parsed.data;
  }
}

/** Whether a folder says that Relite exported it. */
export async function hasMetadata(folder: string): Promise<boolean> {
  try {
    const file = await open(join(folder, metadataName), "r");
    await file.close();
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Writes the file anew; it is whole and flushed, or as it was. */
export async function writeMetadata(folder: string, entries: AsyncIterable<MetadataEntry>): Promise<void> {
  const path = join(folder, metadataName);
  const file = await open(`${path}.part`, "w");
  try {
    let text = `${JSON.stringify({ relite: "export", version: 1 })}\n`;
    for await (const one of entries) {
      text += `${JSON.stringify(one)}\n`;
      if (text.length < 64 * 1024) continue;
      await file.writeFile(text);
      text = "";
    }
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function broken(line: number): ReliteError {
  return new ReliteError("bad_request", `${metadataName} cannot be read (line ${line})`);
}
