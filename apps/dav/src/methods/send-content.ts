import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isReliteError, ReliteError } from "@relite/core/errors";
import type { Blobs } from "../blobs/blobs.ts";
import type { AllowedExchange } from "../exchange.ts";
import type { Soon } from "../soon.ts";
import type { FoundNode } from "../tree/tree.ts";
import type { ByteRange } from "./ranges.ts";
import { sendFile } from "./send-file.ts";

export interface ContentSource {
  readonly blobs: Blobs;
  readonly owner: number;
  readonly found: FoundNode;
}

const maxOnePieceBytes = 16 * 1024;

/** A file that is asked for as a whole, is small, and of which nothing is to be said that its node does not; else null. */
export function smallWhole({ method, headers }: IncomingMessage, found: FoundNode): Buffer | null {
  const { data, checksums } = found;
  if (data === null || data.length > maxOnePieceBytes || checksums !== null) return null;
  const isPlain = headers.range === undefined && headers["want-repr-digest"] === undefined;
  return method === "GET" && isPlain ? data : null;
}

/** Sends head and small body in one piece; `headers` are names and values by turns. */
export function sendAtOnce({ res }: AllowedExchange, headers: readonly string[], body: Buffer): void {
  res.writeHead(200, [...headers, "Content-Length", String(body.length)]);
  // As a string, it goes into the piece that the head is in.
  res.end(body.toString("latin1"), "latin1");
}

/** Sends one stretch of a file as the body; the status and all other headers are set already. */
export function sendPart(exchange: AllowedExchange, source: ContentSource, range: ByteRange): Soon<void> {
  const { req, res } = exchange;
  res.setHeader("Content-Length", range.end - range.start + 1);
  if (req.method === "HEAD") return void res.end();
  const { found } = source;
  if (found.data !== null) {
    return void res.end(found.data.subarray(range.start, range.end + 1));
  }
  return sendStored(exchange, source, range);
}

async function sendStored(
  { res }: AllowedExchange,
  { blobs, owner, found }: ContentSource,
  range: ByteRange,
): Promise<void> {
  const file = await blobs.openFile(owner, found.node.hash ?? "").catch(refuseLost);
  try {
    await sendFile(res, file, range);
  } finally {
    await file.close();
  }
}

/** Sends several stretches as `multipart/byteranges` (RFC 9110 §14.6). */
export async function sendParts(
  { req, res }: AllowedExchange,
  source: ContentSource,
  { ranges, boundary }: { readonly ranges: readonly ByteRange[]; readonly boundary: string },
): Promise<void> {
  const type = res.getHeader("Content-Type");
  const { size } = source.found.node;
  const heads = ranges.map(
    ({ start, end }) =>
      `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${start}-${end}/${size}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const bodyBytes = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  res.statusCode = 206;
  res.setHeader("Content-Type", `multipart/byteranges; boundary=${boundary}`);
  res.setHeader("Content-Length", bodyBytes + Buffer.byteLength(heads.join("") + tail));
  if (req.method === "HEAD") return void res.end();
  async function* parts() {
    for (const [index, range] of ranges.entries()) {
      yield Buffer.from(heads[index] ?? "");
      const body = await read(source, range);
      if (Buffer.isBuffer(body)) yield body;
      else yield* body;
    }
    yield Buffer.from(tail);
  }
  await pipeline(Readable.from(parts()), res).catch(ignoreClosed);
}

/** One stretch of a file as a stream. */
export async function openContent(source: ContentSource, range: ByteRange): Promise<Readable> {
  const body = await read(source, range);
  return Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body;
}

async function read({ blobs, owner, found }: ContentSource, range: ByteRange): Promise<Buffer | Readable> {
  if (found.data !== null) return found.data.subarray(range.start, range.end + 1);
  return blobs.open(owner, found.node.hash ?? "", range).catch(refuseLost);
}

/** A reader that goes away in the middle is not a failure of ours. */
function ignoreClosed(error: unknown): void {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code !== "ERR_STREAM_PREMATURE_CLOSE" && code !== "ECONNRESET" && code !== "EPIPE") throw error;
}

/** A file that is listed and whose bytes are not there is the server's fault: after a 404 clients delete their own copy. */
function refuseLost(error: unknown): never {
  if (!isReliteError(error) || error.code !== "not_found") throw error;
  throw new ReliteError("internal", "The content of this file is missing", { cause: error });
}
