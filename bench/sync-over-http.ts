import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyPair, signerFromKeyPair } from "@relite/core/ucan";
import { createDevice, type SyncDevice } from "../scripts/peers/sync-device.ts";
import { endpointForSync, type SyncServer } from "../scripts/peers/sync-servers.ts";
import { createWire, type Wire } from "../scripts/peers/wire.ts";
import { measureTimes, type Table } from "./measure.ts";

const histories = [1_000, 10_000, 100_000] as const;
const messagesPerSession = 50;
const sessionsPerSync = 20;
const costPushes = 20;

/** Pushes and idle polls through our endpoint as a process: time, and per push requests and bytes of TCP. */
export async function* benchSyncOverHttp(): AsyncGenerator<Table> {
  for (const messages of histories) {
    const folder = mkdtempSync(join(tmpdir(), "relite-bench-"));
    const endpoint = endpointForSync(folder);
    await endpoint.start();
    await using wire = await createWire();
    await wire.join(endpoint.baseUrl());
    try {
      yield* behind(messages, { ...endpoint, baseUrl: () => wire.url }, wire);
    } finally {
      await endpoint.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function* behind(messages: number, server: SyncServer, wire: Wire): AsyncGenerator<Table> {
  const author = await createDevice(server);
  const texts = await writeHistory(author, messages);
  const push = async () => {
    const session = (await author.chat.sessions())[0]?.id ?? "";
    await author.chat.addMessage(session, { role: "user", text: prose(160) });
    await must(author);
  };
  const cost = await costOf(wire, author, async () => {
    for (let at = 0; at < costPushes; at += 1) await push();
  });
  const others = [await createDevice(server), await createDevice(server), await createDevice(server)];
  for (const device of others) {
    await device.chat.createSession("of another device");
    await must(device);
  }
  await must(author);
  const idle = await costOf(wire, author, () => must(author));
  const whole = await wholeState(server, texts);
  const pushed = `lanes (${cost.requests / costPushes} requests, ${Math.round(cost.bytes / costPushes)} bytes)`;
  const polled = `lanes, 4 devices (${idle.requests} request, ${idle.bytes} bytes)`;
  yield await measureTimes(`Push of one message behind ${messages} messages, over HTTP`, [
    { name: `whole state: GET and PUT (${whole.bytes} bytes)`, run: whole.push },
    { name: pushed, run: push },
  ]);
  yield await measureTimes(`Idle poll behind ${messages} messages, over HTTP`, [
    { name: `whole state: GET (${whole.bytes / 2} bytes)`, run: whole.poll },
    { name: polled, run: () => must(author) },
  ]);
}

/** Sessions of 50 messages of 160 and 1,000 characters in turn; answers their texts. */
async function writeHistory(device: SyncDevice, messages: number): Promise<readonly string[]> {
  const texts: string[] = [];
  while (texts.length < messages) {
    const { id } = await device.chat.createSession(`Session ${texts.length}`);
    for (let at = 0; at < messagesPerSession; at += 1) {
      const text = prose(at % 2 === 0 ? 160 : 1_000);
      await device.chat.addMessage(id, { role: "user", text });
      texts.push(text);
    }
    if (texts.length % (messagesPerSession * sessionsPerSync) === 0) await must(device);
  }
  await must(device);
  return texts;
}

/** How clients sync that keep their whole state in one file: read it, merge, write it back. */
async function wholeState(server: SyncServer, texts: readonly string[]) {
  const authorization = await server.authorizationOf(
    await signerFromKeyPair(await generateKeyPair({ extractable: false })),
  );
  const state = JSON.stringify(texts.map((text, id) => ({ id, role: "user", date: id, text })));
  const send = async (method: string, body?: string) => {
    const headers = { authorization: await authorization() };
    const answer = await fetch(`${server.baseUrl()}apps/relite/state.json`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${method} was answered ${answer.status}`);
    return answer.text();
  };
  await send("PUT", state);
  return {
    bytes: 2 * Buffer.byteLength(state),
    poll: () => send("GET"),
    push: async () => send("PUT", JSON.stringify(JSON.parse(await send("GET")))),
  };
}

async function costOf(wire: Wire, device: SyncDevice, work: () => Promise<void>) {
  const before = wire.bytes();
  const methods = await device.methodsOf(work);
  return { requests: methods.length, bytes: wire.bytes() - before };
}

async function must(device: SyncDevice): Promise<void> {
  const { phase, reason } = await device.sync();
  if (phase !== "done") throw new Error(`A round ended as ${phase} (${reason}).`);
}

/** Words of a vocabulary of 4,000, the frequent ones more often: about as hard to pack as prose. */
function prose(chars: number): string {
  let text = "";
  while (text.length < chars) text += `${Math.floor(4_000 * Math.random() ** 3).toString(7)} `;
  return text.slice(0, chars);
}
