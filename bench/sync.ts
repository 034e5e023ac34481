import { createChat } from "@relite/core/chat";
import { createSyncEngine } from "@relite/core/sync";
import {
  fakeClock,
  measureSyncCost,
  memoryLaneRemote,
  memoryLocks,
  memorySyncStore,
  seededRandom,
} from "@relite/core/testing";
import { type Contender, measureTimes, type Table } from "./measure.ts";
import { benchSyncOverHttp } from "./sync-over-http.ts";

const histories = [100, 2_000, 10_000] as const;
const pushesPerRound = 20;

/** Own time of a push of one message behind short and long histories: it must not grow. Requests and bytes in the titles. */
export async function* benchSync(): AsyncGenerator<Table> {
  const contenders: Contender[] = [];
  for (const messages of histories) contenders.push(await pusher(messages));
  const costs = [];
  for (const messages of histories.slice(1)) costs.push(await measureSyncCost(messages));
  const figures = costs.map(
    ({ messages, requestsPerPush, tailBytesPerPush, segmentBytesPerMessage, firstPull }) =>
      `  ${messages} messages: ${requestsPerPush.toFixed(2)} requests and ` +
      `${tailBytesPerPush + segmentBytesPerMessage} bytes a push; ` +
      `a new device ${firstPull.requests} requests, ${firstPull.bytes} bytes`,
  );
  const title = [`${pushesPerRound} pushes of one message, no network`, ...figures].join("\n");
  yield await measureTimes(title, contenders);
  yield* benchSyncOverHttp();
}

async function pusher(messages: number): Promise<Contender> {
  const [clock, store, locks, random] = [
    fakeClock(),
    memorySyncStore(),
    memoryLocks(),
    seededRandom(messages),
  ];
  const chat = createChat({ store, clock, random, locks });
  const remote = memoryLaneRemote();
  const engine = createSyncEngine({ store, remote, clock, random, locks, signer: null });
  const { id } = await chat.createSession("bench");
  for (let at = 0; at < messages; at += 1) {
    await chat.addMessage(id, { role: "user", text: `message ${at} ${random().toString(36)}` });
    if (at % 20 === 0) await engine.syncNow();
  }
  return {
    name: `behind ${messages} messages`,
    run: async () => {
      for (let at = 0; at < pushesPerRound; at += 1) {
        await chat.addMessage(id, { role: "user", text: `one more ${random()}` });
        await engine.syncNow();
      }
    },
    ...(messages === histories[0] ? {} : { targetRatio: 1.5 }),
  };
}
