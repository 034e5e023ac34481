import type { ServerResponse } from "node:http";
import { pipeline, type Writable } from "node:stream";
import { constants, createBrotliCompress, createGzip, createZstdCompress } from "node:zlib";
import { sendPage } from "./send-page.ts";

/** An XML answer that is sent as it is made, compressed where the client takes that and it is long enough. */
export interface XmlAnswer {
  /** A part of it, whose bytes may change afterwards; others are served between parts. False when the client has left. */
  send(part: string | Uint8Array): Promise<boolean>;
  end(part: string | Uint8Array): void;
  /** Ends with parts that are there already, whose bytes stay as they are. */
  endWith(parts: readonly Uint8Array[]): Promise<void>;
}

type Coding = "zstd" | "br" | "gzip";

// Shorter ones fit into one packet as they are.
const minBytes = 1_400;
// What is handed to a coder at once: each time costs.
const togetherBytes = 256 * 1024;
const chunkSize = 64 * 1024;

/** Quick settings with small windows: a listing repeats itself all the time, and many may be made at once. */
const encoderByCoding = {
  zstd: () =>
    createZstdCompress({
      chunkSize,
      params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 17 },
    }),
  br: () =>
    createBrotliCompress({
      chunkSize,
      params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 17 },
    }),
  gzip: () => createGzip({ chunkSize, level: 3 }),
};

/** Opens an answer; its head leaves with the first part, so that a failure before that is still told. */
export function openXmlAnswer(
  res: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): XmlAnswer {
  res.appendHeader("Vary", "Accept-Encoding");
  const coding = chooseCoding(res.req.headers["accept-encoding"]);
  let held: Uint8Array = nothing;
  let out: Writable | null = null;
  const writeHead = (more: Readonly<Record<string, string | number>>) =>
    res.writeHead(status, {
      "Content-Type": "application/xml; charset=utf-8",
      "Cache-Control": "private, no-store",
      ...headers,
      ...more,
    });

  function open(chosen: Coding | null): Writable {
    writeHead(chosen === null ? {} : { "Content-Encoding": chosen });
    if (chosen === null) return res;
    const encoder = encoderByCoding[chosen]();
    // That a reader left is not a failure of ours, and ends the encoder.
    pipeline(encoder, res, () => {});
    return encoder;
  }

  async function send(part: string | Uint8Array): Promise<boolean> {
    if (out !== null) return sendPage(out, part);
    if (coding !== null && held.length + part.length < minBytes) {
      held = Buffer.concat([held, bytesOf(part)]);
      return !res.destroyed;
    }
    out = open(coding);
    return sendPage(out, held.length === 0 ? part : Buffer.concat([held, bytesOf(part)]));
  }

  function end(part: string | Uint8Array): void {
    if (res.destroyed) return;
    if (out !== null) return void out.end(part);
    const rest = held.length === 0 ? part : Buffer.concat([held, bytesOf(part)]);
    const length = typeof rest === "string" ? Buffer.byteLength(rest) : rest.length;
    if (coding === null || length < minBytes) {
      writeHead({ "Content-Length": length });
      return void res.end(rest);
    }
    out = open(coding);
    out.end(rest);
  }

  return {
    send,
    end,
    async endWith(parts) {
      if (coding === null && !res.destroyed) {
        writeHead({ "Content-Length": parts.reduce((sum, part) => sum + part.length, 0) });
        // Put together by the socket, for they all come in one turn.
        for (const part of parts) res.write(part);
        return void res.end();
      }
      let last: Buffer | null = null;
      for (const some of gather(parts)) {
        if (last !== null && !(await send(last))) return;
        last = some;
      }
      end(last ?? nothing);
    },
  };
}

function* gather(parts: readonly Uint8Array[]): Generator<Buffer> {
  let some: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    some.push(part);
    length += part.length;
    if (length < togetherBytes) continue;
    yield Buffer.concat(some);
    some = [];
    length = 0;
  }
  yield Buffer.concat(some);
}

const nothing = new Uint8Array(0);

function bytesOf(part: string | Uint8Array): Uint8Array {
  return typeof part === "string" ? Buffer.from(part) : part;
}

/** The best of what a client names in Accept-Encoding (RFC 9110 §12.5.3); null for as it is. `*` is not taken at its word. */
export function chooseCoding(header: string | undefined): Coding | null {
  if (header === undefined) return null;
  const weightByName = new Map(
    header.split(",").map((item) => {
      const [name = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
      return [name, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
    }),
  );
  const plain = weightByName.get("identity") ?? 0;
  let best: Coding | null = null;
  let bestWeight = 0;
  for (const coding of ["zstd", "br", "gzip"] as const) {
    const weight = weightByName.get(coding) ?? 0;
    if (weight > bestWeight && weight >= plain) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}
