import type { ServerResponse } from "node:http";
import type { DiskReader } from "../blobs/disk.ts";
import type { ByteRange } from "./ranges.ts";

const stepBytes = 512 * 1024;

/**
 * Sends a stretch of a file and ends the answer: one step is read while the one before leaves, in two buffers that are
 * used again and again. Returns early when the client has left; rejects when the file cannot be read.
 */
export async function sendFile(
  res: ServerResponse,
  file: DiskReader,
  { start, end }: ByteRange,
): Promise<void> {
  const closed = new Promise<boolean>((resolve) => res.once("close", () => resolve(false)));
  const size = Math.min(stepBytes, end - start + 1);
  let reading = { buffer: Buffer.allocUnsafe(size), left: Promise.resolve(true) };
  let leaving = { buffer: Buffer.allocUnsafe(size), left: Promise.resolve(true) };
  for (let at = start; at <= end; ) {
    if (!(await reading.left)) return;
    const bytes = await file.read(reading.buffer.subarray(0, Math.min(size, end - at + 1)), at);
    if (bytes === 0) throw new Error("a content file is shorter than it was");
    reading.left = Promise.race([write(res, reading.buffer.subarray(0, bytes)), closed]);
    at += bytes;
    [reading, leaving] = [leaving, reading];
  }
  if ((await reading.left) && (await leaving.left)) res.end();
}

function write(res: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => res.write(bytes, (error) => resolve(error == null)));
}
