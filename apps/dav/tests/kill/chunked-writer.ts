import type { Send } from "../model/send-request.ts";
import { type Bytes, createFileContents, randomBody, whichIsThere } from "./file-contents.ts";
import { inSteps, type KilledWriter, mustSend } from "./killed-writer.ts";

interface Transfer {
  readonly name: string;
  readonly target: string;
  readonly parts: readonly Bytes[];
  readonly isMade: boolean;
  /** Numbers of the parts that were acknowledged. */
  readonly sent: ReadonlySet<number>;
  /** Whether its end was asked for. */
  readonly isEnding: boolean;
}

const files = 4;
const maxPartBytes = 80_000;
const uploads = "/dav/uploads/test";

/** A client of Nextcloud's chunked upload: makes a transfer, puts its parts in any order, has them made one file. */
export function createChunkedWriter(base: string, random: () => number): KilledWriter {
  const contents = createFileContents();
  let transfer: Transfer | null = null;
  let count = 0;

  function begin(): Transfer {
    count += 1;
    const target = `${base}-${count % files}`;
    const parts = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
      randomBody(random, maxPartBytes),
    );
    const name = `${base.slice(base.lastIndexOf("/") + 1)}-${count}`;
    return { name, target, parts, isMade: false, sent: new Set(), isEnding: false };
  }

  async function step(send: Send): Promise<void> {
    const current = transfer ?? begin();
    const { name, target, parts, isMade, sent } = current;
    transfer = current;
    const headers = { Destination: target };
    if (!isMade) {
      await mustSend(send, "MKCOL", `${uploads}/${name}`, { headers });
      transfer = { ...current, isMade: true };
      return;
    }
    const left = [...parts.keys()].filter((index) => !sent.has(index));
    const index = left[Math.floor(random() * left.length)];
    const body = index === undefined ? undefined : parts[index];
    if (index !== undefined && body !== undefined) {
      await mustSend(send, "PUT", `${uploads}/${name}/${index + 1}`, { headers, body });
      transfer = { ...current, sent: new Set([...sent, index]) };
      return;
    }
    transfer = { ...current, isEnding: true };
    await mustSend(send, "MOVE", `${uploads}/${name}/.file`, { headers });
    contents.set(target, whole(parts));
    transfer = null;
  }

  return inSteps(step, {
    async check(send) {
      await contents.check(send, transfer?.target);
      if (transfer === null) return;
      const { name, target, parts, isMade, sent, isEnding } = transfer;
      const which = await whichIsThere(send, target, { before: contents.get(target), after: whole(parts) });
      const answer = await send("PROPFIND", `${uploads}/${name}`, { headers: { Depth: "1" } });
      const isThere = answer.status === 207;
      if (isThere !== (which === "before") && (isMade || isThere)) {
        throw new Error(`${target} is as ${which} its end, and its parts answer ${answer.status}`);
      }
      if (which === "after" && !isEnding) throw new Error(`${target} is there and was not asked for`);
      if (which === "after") contents.set(target, whole(parts));
      const listed = await answer.text();
      for (const index of isThere ? sent : []) {
        if (!listed.includes(`/${name}/${index + 1}<`)) throw new Error(`${name}: part ${index + 1} is lost`);
      }
      transfer = isThere ? { ...transfer, isMade: true, isEnding: false } : null;
    },
    readAll: (send) => contents.readAll(send),
  });
}

function whole(parts: readonly Bytes[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}
