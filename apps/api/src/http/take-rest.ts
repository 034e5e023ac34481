import type { IncomingMessage } from "node:http";

const maxUnreadBytes = 16 * 1024 ** 2;

/** A client that is still sending may not hear a refusal when the connection closes on it: the rest is taken, within bounds. */
export async function takeRest(body: IncomingMessage): Promise<void> {
  let takenBytes = 0;
  if (Number(body.headers["content-length"] ?? 0) > maxUnreadBytes) return;
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      takenBytes += Buffer.byteLength(piece);
      if (takenBytes > maxUnreadBytes) return;
    }
  } catch {
    // The client left: nobody waits for the refusal.
  }
}
