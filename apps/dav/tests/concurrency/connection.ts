import { Agent, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Send } from "../model/send-request.ts";

/** A connection of its own: one thread of the server answers everything that is sent on it. */
export interface Connection {
  readonly send: Send;
  close(): void;
}

export interface Door {
  readonly url: string;
  readonly authorization: string;
}

/** Opened by the first request, and again when the server has closed it. */
export function createConnection({ url, authorization }: Door): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (method, path, { headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        if (body instanceof ReadableStream) return reject(new Error("bodies are sent whole here"));
        const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
        const all = { Authorization: authorization, ...headers, ...length };
        const req = request(new URL(path, url), { method, headers: all, agent }, (res) => {
          buffer(res).then((bytes) => {
            const plain = decoded(bytes, res.headers["content-encoding"]);
            const status = res.statusCode ?? 0;
            const isEmpty = status === 204 || status === 304;
            const fields = Object.entries(res.headersDistinct).map(
              ([name, values = []]): [string, string] => [name, values.join(", ")],
            );
            resolve(new Response(isEmpty ? null : new Uint8Array(plain), { status, headers: fields }));
          }, reject);
        });
        req.on("error", reject);
        req.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function decoded(bytes: Buffer, coding: string | undefined): Buffer {
  if (coding === "gzip") return gunzipSync(bytes);
  return coding === "br" ? brotliDecompressSync(bytes) : bytes;
}
