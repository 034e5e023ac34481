import { ReliteError } from "@relite/core/errors";
import type { Exchange } from "./exchange.ts";
import { declaredLength } from "./guard.ts";

type Ends = Pick<Exchange, "req" | "res">;

/** Tells a client that waits for it (`Expect: 100-continue`) that its body is wanted. */
export function inviteBody({ req, res }: Ends): void {
  if (/^100-continue$/i.test(req.headers.expect ?? "")) res.writeContinue();
}

// What a client may still send after it was refused, so that it can read the refusal; then the connection is cut.
const maxUnreadBytes = 16 * 1024 * 1024;

/** Before an answer that does not wait for the body: lets the client finish sending, within bounds. */
export function leaveBody({ req, res }: Ends): void {
  if (req.complete) return;
  // Whether a client that was not invited sends its body all the same is its choice: nothing after it could be read safely.
  if (/^100-continue$/i.test(req.headers.expect ?? "")) res.setHeader("Connection", "close");
  let unreadBytes = 0;
  req.on("error", () => {});
  req.on("data", (chunk: Buffer) => {
    unreadBytes += chunk.byteLength;
    if (unreadBytes > maxUnreadBytes) req.socket?.destroy();
  });
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
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
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
