import type { Send } from "../model/send-request.ts";
import { type Bytes, createFileContents, randomBody, whichIsThere } from "./file-contents.ts";
import { inSteps, type KilledWriter, mustSend } from "./killed-writer.ts";

interface Upload {
  readonly target: string;
  readonly bytes: Bytes;
  /** Null until its making was acknowledged. */
  readonly at: string | null;
  /** What was acknowledged, and how far it may have come. */
  readonly offset: number;
  readonly sentTo: number;
}

const tus = { "Tus-Resumable": "1.0.0" };
const files = 5;
const maxBytes = 200_000;

/** A client of tus: begins an upload, adds to it in pieces, ends it, begins the next; over files it has made before, too. */
export function createTusWriter(base: string, random: () => number): KilledWriter {
  const contents = createFileContents();
  let upload: Upload | null = null;
  let count = 0;

  function begin(): Upload {
    count += 1;
    const target = `${base}-${count % files}`;
    return { target, bytes: randomBody(random, maxBytes), at: null, offset: 0, sentTo: 0 };
  }

  async function create(send: Send, fresh: Upload): Promise<void> {
    const metadata = `filename ${btoa(fresh.target.slice("/dav/apps/test/".length))}`;
    const headers = { ...tus, "Upload-Length": String(fresh.bytes.length), "Upload-Metadata": metadata };
    const made = await mustSend(send, "POST", "/dav/uploads/test/", { headers });
    upload = { ...fresh, at: made.headers.get("location") };
  }

  async function append(send: Send, current: Upload, at: string): Promise<void> {
    const { target, bytes, offset } = current;
    const sentTo = Math.min(bytes.length, offset + 1 + Math.floor(random() * 90_000));
    upload = { ...current, sentTo };
    const type = "application/offset+octet-stream";
    const headers = { ...tus, "Content-Type": type, "Upload-Offset": String(offset) };
    await mustSend(send, "PATCH", at, { headers, body: bytes.slice(offset, sentTo) });
    const isEnded = sentTo === bytes.length;
    if (isEnded) contents.set(target, bytes);
    upload = isEnded ? null : { ...current, offset: sentTo, sentTo };
  }

  async function step(send: Send): Promise<void> {
    const current = upload;
    if (current === null || current.at === null) await create(send, begin());
    else await append(send, current, current.at);
  }

  return inSteps(step, {
    async check(send) {
      await contents.check(send, upload?.target);
      if (upload === null || upload.at === null) return;
      const { at, target, bytes, offset, sentTo } = upload;
      const answer = await send("HEAD", at, { headers: tus });
      const told = answer.headers.get("upload-offset");
      const found = answer.status === 404 ? bytes.length : Number(told ?? Number.NaN);
      if (!(found >= offset && found <= sentTo)) {
        throw new Error(`${at}: ${answer.status}, offset ${told}; acknowledged ${offset}, sent ${sentTo}`);
      }
      const isEnded = found === bytes.length;
      const which = await whichIsThere(send, target, { before: contents.get(target), after: bytes });
      if ((which === "after") !== isEnded) throw new Error(`${target} is as ${which} its end, at ${found}`);
      if (isEnded) contents.set(target, bytes);
      upload = isEnded ? null : { ...upload, offset: found, sentTo: found };
    },
    readAll: (send) => contents.readAll(send),
  });
}
