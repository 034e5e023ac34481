import type { Send } from "../model/send-request.ts";

/** One client that writes where nobody else does, and knows what must be there after a kill. */
export interface KilledWriter {
  readonly acknowledged: number;
  /** One request after the other until `isOver` or the connection breaks; `onAcknowledged` after each that was done. */
  write(send: Send, isOver: () => boolean, onAcknowledged: () => void): Promise<void>;
  /**
   * Compares what is there with what must be: everything acknowledged, and of the request that was under way all or
   * nothing. Rejects with what differs; goes on from what it found.
   */
  check(send: Send): Promise<void>;
  /** Reads every file; between rounds their hashes are enough, which fsck compares with the bytes. */
  readAll(send: Send): Promise<void>;
}

/** What writers have in common that do one step after the other, each of which is acknowledged or throws. */
export function inSteps(
  step: (send: Send) => Promise<void>,
  rest: Pick<KilledWriter, "check" | "readAll">,
): KilledWriter {
  let acknowledged = 0;
  return {
    ...rest,
    get acknowledged() {
      return acknowledged;
    },
    async write(send, isOver, onAcknowledged) {
      while (!isOver()) {
        await step(send);
        acknowledged += 1;
        onAcknowledged();
      }
    },
  };
}

/** An answer that is wrong, told apart from a connection that broke. */
export class WrongAnswer extends Error {}

/** Sends what must succeed. */
export async function mustSend(send: Send, ...[method, path, init]: Parameters<Send>): Promise<Response> {
  const answer = await send(method, path, init);
  if (!answer.ok) throw new WrongAnswer(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** The ETag at an address, null when nothing is there. */
export async function etagAt(send: Send, path: string): Promise<string | null> {
  const answer = await send("HEAD", path);
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw new Error(`HEAD ${path}: ${answer.status}`);
  return answer.headers.get("etag");
}
