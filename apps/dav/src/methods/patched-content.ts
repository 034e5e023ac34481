import { Readable } from "node:stream";
import type { StagedBytes } from "../blobs/blobs.ts";
import { type ContentSource, openContent } from "./send-content.ts";
import type { PatchPlan } from "./update-range.ts";

/** The new file as a stream: what is kept of the old one, zero bytes, the patch, the rest of the old one. */
export function openPatched(source: ContentSource, plan: PatchPlan, patch: StagedBytes): Readable {
  return Readable.from(newContent(source, plan, patch), { objectMode: false });
}

const zeros = Buffer.alloc(64 * 1024);

/** The pieces of the new file in order, none of them held longer than it is passed on. */
async function* newContent(
  source: ContentSource,
  { keptBytes, zeroBytes, tailStart }: PatchPlan,
  patch: StagedBytes,
): AsyncGenerator<Buffer> {
  const { size } = source.found.node;
  if (keptBytes > 0) yield* await openContent(source, { start: 0, end: keptBytes - 1 });
  for (let left = zeroBytes; left > 0; left -= zeros.length) yield zeros.subarray(0, left);
  yield* await patch.open();
  if (tailStart < size) yield* await openContent(source, { start: tailStart, end: size - 1 });
}
