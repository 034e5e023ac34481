import type { Send } from "../model/send-request.ts";
import { trashOf, versionsOf } from "../trash-client.ts";
import { type Bytes, etagOfBytes, randomBody } from "./file-contents.ts";
import { etagAt, inSteps, type KilledWriter, mustSend } from "./killed-writer.ts";

/** What one name has: the file itself, what of it is in the trash, and what it was before it was last written over. */
interface Kept {
  readonly live: Bytes | null;
  readonly deleted: Bytes | null;
  readonly before: Bytes | null;
}

const maxBytes = 90_000;
const nothing: Kept = { live: null, deleted: null, before: null };

/** Writes a file over, deletes it, brings it back or ends it: with the trash and versions that are kept of it. */
export function createTrashWriter(name: string, random: () => number): KilledWriter {
  const path = `/dav/apps/test/${name}`;
  let known = nothing;
  let pending = nothing;

  const entryOf = async (send: Send) =>
    (await trashOf({ request: send })).find(({ values }) => values.get("original-path") === name)?.href ??
    null;

  async function step(send: Send): Promise<void> {
    const { live, deleted } = known;
    const dice = random();
    if (live === null && deleted !== null) {
      const href = (await entryOf(send)) ?? "";
      pending = dice < 0.6 ? { live: deleted, deleted: null, before: null } : nothing;
      if (pending.live !== null) await mustSend(send, "MOVE", href, { headers: { Destination: path } });
      else await mustSend(send, "DELETE", href);
    } else if (live !== null && dice < 0.4) {
      pending = { live: null, deleted: live, before: null };
      await mustSend(send, "DELETE", path);
    } else {
      const body = randomBody(random, dice < 0.7 ? 400 : maxBytes);
      pending = { live: body, deleted: null, before: live };
      await mustSend(send, "PUT", path, { body });
    }
    known = pending;
  }

  async function isSo(send: Send, { live, deleted, before }: Kept): Promise<boolean> {
    if ((await etagAt(send, path)) !== etagOf(live)) return false;
    const entries = (await trashOf({ request: send })).filter(
      ({ values }) => values.get("original-path") === name,
    );
    const isKept =
      entries.map(({ values }) => plain(values.get("getetag"))).join() === (etagOf(deleted) ?? "");
    if (!isKept || before === null || live === null) return isKept;
    const versions = await versionsOf({ request: send }, name);
    return versions.some(({ values }) => plain(values.get("getetag")) === etagOf(before));
  }

  return inSteps(step, {
    async check(send) {
      if (await isSo(send, pending)) known = pending;
      else if (!(await isSo(send, known)))
        throw new Error(`${name} is neither as it was nor as it was to be`);
      pending = known;
    },
    async readAll(send) {
      if (known.live === null) return;
      const found = Buffer.from(await (await send("GET", path)).arrayBuffer());
      if (!found.equals(known.live)) throw new Error(`${name} is torn`);
    },
  });
}

const etagOf = (bytes: Bytes | null) => (bytes === null ? null : etagOfBytes(bytes));
const plain = (value = "") => value.replaceAll("&quot;", '"');
