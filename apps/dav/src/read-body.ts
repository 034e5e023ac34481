import { ReliteError } from "@relite/core/errors";
import type { Exchange } from "./exchange.ts";
import { declaredLength } from "./guard.ts";

type Ends = Pick<Exchange, "req" | "res">;

/** Tells a client that waits for it (`Expect: 100-continue`) that its body is wanted. */
export function inviteBody({ req, res }: Ends): void {
  if (/^100-continue$/i.test(req.headers.expect ?? "")) res.writeContinue();
}

/** A small request body, whole; `too_large` beyond `maxBytes`, `bad_request` when it is cut. */
export async function readBody(ends: Ends, maxBytes: number): Promise<Buffer> {
  const { req } = ends;
  const declared = declaredLength(req);
  const tooLarge = () => new ReliteError("too_large", "The body is too large", { details: { maxBytes } });
  if (declared !== null && declared > maxBytes) throw tooLarge();
  inviteBody(ends);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req) {
      const bytes: Buffer = chunk;
      size += bytes.byteLength;
      if (size > maxBytes) break;
      chunks.push(bytes);
    }
  } catch (cause) {
    throw new ReliteError("bad_request", "The body ended early", { reason: "incomplete_body", cause });
  }
  if (size > maxBytes) throw tooLarge();
  return Buffer.concat(chunks);
}
