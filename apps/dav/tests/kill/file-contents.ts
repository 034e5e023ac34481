import { createHash } from "node:crypto";
import type { Send } from "../model/send-request.ts";
import { etagAt } from "./killed-writer.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** The files one writer has ended, by address. */
export interface FileContents {
  get(path: string): Bytes | null;
  set(path: string, bytes: Bytes | null): void;
  /** Rejects when one is not as it was acknowledged; the one at `but` is looked at by itself. */
  check(send: Send, but: string | undefined): Promise<void>;
  readAll(send: Send): Promise<void>;
}

export const etagOfBytes = (bytes: Bytes) => `"${createHash("sha256").update(bytes).digest("base64url")}"`;

export function randomBody(random: () => number, maxBytes: number): Bytes {
  const bytes = new Uint8Array(1 + Math.floor(random() * maxBytes));
  let state = Math.floor(random() * 2 ** 31);
  for (const index of bytes.keys()) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}

export function createFileContents(): FileContents {
  const bytesByPath = new Map<string, Bytes>();
  return {
    get: (path) => bytesByPath.get(path) ?? null,
    set: (path, bytes) => void (bytes === null ? bytesByPath.delete(path) : bytesByPath.set(path, bytes)),
    async check(send, but) {
      for (const [path, bytes] of bytesByPath) {
        if (path === but) continue;
        const found = await etagAt(send, path);
        if (found !== etagOfBytes(bytes)) throw new Error(`${path} is ${found}, not ${etagOfBytes(bytes)}`);
      }
    },
    async readAll(send) {
      for (const [path, bytes] of bytesByPath) {
        const found = Buffer.from(await (await send("GET", path)).arrayBuffer());
        if (!found.equals(bytes)) throw new Error(`${path} is torn`);
      }
    },
  };
}

/** What is at an address: `before`, `after`, or something that is neither, which is a fault. */
export async function whichIsThere(
  send: Send,
  path: string,
  { before, after }: { readonly before: Bytes | null; readonly after: Bytes | null },
): Promise<"before" | "after"> {
  const found = await etagAt(send, path);
  if (found === (after === null ? null : etagOfBytes(after))) return "after";
  if (found === (before === null ? null : etagOfBytes(before))) return "before";
  throw new Error(`${path} is ${found}: neither as it was nor as it was to be`);
}
