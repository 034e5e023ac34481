import { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";

/**
 * Ends a piece of a request's body that was read: nothing of it can be used afterwards. Left to the garbage collector,
 * the memory of each piece (64 KiB) is freed by full collections only, a dozen for 200 MB. Other bodies keep theirs.
 */
export function giveBack(body: Readable, bytes: Buffer): void {
  const { buffer } = bytes;
  // What has its memory with others (a pool, what came along with the headers) is not ours to end.
  if (!(body instanceof IncomingMessage) || bytes.byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
