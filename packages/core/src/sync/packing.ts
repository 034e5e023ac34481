import { ReliteError } from "../errors/index.ts";

/** Text to bytes and back, and the hash that goes into names. */
export interface Packing {
  pack(text: string): Promise<Uint8Array>;
  /** Rejects what is torn, is no such packing, or would unpack to more than `maxBytes`. */
  unpack(bytes: Uint8Array, maxBytes: number): Promise<string>;
  /** 32 lower-case hex digits. */
  hash(text: string): Promise<string>;
}

/** gzip by the platform's streams; the first 128 bits of SHA-256. */
export const gzipPacking: Packing = {
  pack: async (text) => {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  },
  unpack: async (bytes, maxBytes) => {
    const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      await readBounded(stream, maxBytes),
    );
  },
  hash: async (text) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  },
};

/** All of a stream as one array; rejects `too_large` as soon as it is longer than allowed. */
export async function readBounded(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ReliteError("too_large", "A lane's file is larger than it may be.");
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
