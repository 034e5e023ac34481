import { createChat } from "../chat/index.ts";
import { createSyncEngine } from "../sync/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../ucan/index.ts";
import { fakeClock } from "./fake-clock.ts";
import { memoryLaneRemote } from "./memory-lane-remote.ts";
import { memoryLocks } from "./memory-locks.ts";
import { memorySyncStore } from "./memory-sync-store.ts";
import { seededRandom } from "./seeded-random.ts";

export interface SyncCost {
  readonly messages: number;
  readonly requestsPerPush: number;
  /** Mean tail of the measured pushes. */
  readonly tailBytesPerPush: number;
  /** Segments and their merges over the whole history, per message: single pushes pay them in lumps. */
  readonly segmentBytesPerMessage: number;
  readonly largestTailBytes: number;
  readonly segments: number;
  readonly filesOnServer: number;
  readonly idleRequests: number;
  /** A new device reading everything. */
  readonly firstPull: { readonly requests: number; readonly bytes: number };
}

/**
 * What one device's pushes cost behind a history: `messages` of 160 and 1,000 characters in turn, 50 a session, sent
 * in batches of 20, then 200 pushes of one message each. Real gzip, real signatures, no network.
 */
export async function measureSyncCost(messages: number, pushes = 200): Promise<SyncCost> {
  const remote = memoryLaneRemote();
  const device = await openDevice(remote, 1);
  for (let at = 0; at < messages; at += 20) {
    for (let next = at; next < Math.min(at + 20, messages); next += 1) await device.say(next);
    await device.engine.syncNow();
  }
  const start = remote.server.wire.length;
  for (let at = 0; at < pushes; at += 1) {
    await device.say(messages + at);
    await device.engine.syncNow();
  }
  const sent = remote.server.wire.slice(start);
  const tails = sent.filter(({ method, path }) => method === "PUT" && path.startsWith("l/"));
  const idleStart = remote.server.wire.length;
  await device.engine.syncNow();
  const idleRequests = remote.server.wire.length - idleStart;
  const own = await device.store.read((reader) => reader.get("own", "own"));
  const reader = await openDevice(remote, 2);
  const pullStart = remote.server.wire.length;
  const { down } = await reader.engine.syncNow();
  if (down !== own?.seq) throw new Error(`The new device got ${down} of ${own?.seq} ops.`);
  const pulled = remote.server.wire.slice(pullStart);
  return {
    messages,
    requestsPerPush: sent.length / pushes,
    tailBytesPerPush: Math.round(sum(tails) / tails.length),
    segmentBytesPerMessage: Math.round(sum(remote.server.wire.filter(isSegmentPut)) / (messages + pushes)),
    largestTailBytes: Math.max(...tails.map(({ bytes }) => bytes)),
    segments: own?.segments.length ?? 0,
    filesOnServer: remote.server.paths.length,
    idleRequests,
    firstPull: { requests: pulled.length, bytes: sum(pulled) },
  };
}

function isSegmentPut({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "PUT" && path.startsWith("s/");
}

function sum(entries: readonly { readonly bytes: number }[]): number {
  return entries.reduce((total, { bytes }) => total + bytes, 0);
}

async function openDevice(remote: ReturnType<typeof memoryLaneRemote>, seed: number) {
  const [clock, store, locks, random] = [fakeClock(), memorySyncStore(), memoryLocks(), seededRandom(seed)];
  const signer = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const chat = createChat({ store, clock, random, locks });
  const engine = createSyncEngine({ store, remote, clock, random, locks, signer });
  let sessionId = "";
  const say = async (index: number) => {
    if (index % 50 === 0) sessionId = (await chat.createSession(`Session ${index / 50}`)).id;
    await clock.advance(1_000);
    await chat.addMessage(sessionId, { role: "user", text: prose(random, index % 2 === 0 ? 160 : 1_000) });
  };
  return { store, engine, say };
}

/** Text about as hard to pack as real prose: words of a vocabulary of 4,000, the frequent ones more often. */
function prose(random: () => number, chars: number): string {
  let text = "";
  while (text.length < chars) text += `${word(Math.floor(4_000 * random() ** 3))} `;
  return text.slice(0, chars);
}

function word(index: number): string {
  const syllables = ["ka", "lo", "mi", "te", "ru", "sen", "dor", "va", "ny", "qui"];
  return `${index}`
    .split("")
    .map((digit) => syllables[Number(digit)] ?? "")
    .join("");
}
