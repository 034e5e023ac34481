import type { Storage } from "../context.ts";

/** Drops uploads whose time is over: rows first, then the files of their parts. */
export async function expireUploads(
  { uploads, partFiles }: Storage,
  nowMs: number,
): Promise<{ readonly count: number; readonly bytes: number }> {
  let freed = { count: 0, bytes: 0 };
  for (let some = await uploads.expire(nowMs); some.length > 0; some = await uploads.expire(nowMs)) {
    for (const { owner, files, bytes } of some) {
      await partFiles.remove(owner, files);
      freed = { count: freed.count + 1, bytes: freed.bytes + bytes };
    }
  }
  return freed;
}

/** Removes files of parts that no row names and nobody wrote to since `beforeMs`: what a killed process left. */
export async function removeStrayParts({ uploads, partFiles }: Storage, beforeMs: number): Promise<void> {
  for await (const { owner, file, modifiedMs } of partFiles.list()) {
    if (modifiedMs < beforeMs && !(await uploads.hasFile(file))) await partFiles.remove(owner, [file]);
  }
}
