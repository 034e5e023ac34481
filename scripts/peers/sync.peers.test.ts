import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDevice, type SyncDevice } from "./sync-device.ts";
import { type SyncServer, syncServers } from "./sync-servers.ts";

const awkwardText = 'Grüße 三体 🦊 "q" <b>&amp;</b> \u0007 \\ %20\r\n— ]]> __proto__';

describe.each(syncServers)("chat over lanes on $name $reason", ({ available, open }) => {
  const step = it.skipIf(!available);
  let folder = "";
  let server: SyncServer;
  let a: SyncDevice;
  let b: SyncDevice;

  const settle = async () => {
    for (const device of [a, b, a, b])
      expect(await device.sync()).toMatchObject({ phase: "done", behind: 0 });
    expect(await b.view()).toEqual(await a.view());
  };
  const titlesOf = async (device: SyncDevice) =>
    (await device.chat.sessions()).map(({ title }) => title).sort();
  const newSession = async (device: SyncDevice, title: string, texts: readonly string[]) => {
    const session = await device.chat.createSession(title);
    for (const text of texts) await device.chat.addMessage(session.id, { role: "user", text });
    return session.id;
  };
  const newestTail = async (lane: string) =>
    (await server.names("l"))
      .filter((name) => name.startsWith(lane))
      .sort((one, other) => Number(other.split("~")[1]) - Number(one.split("~")[1]))[0] ?? "";
  /** The lane that a device writes, told by what its next change adds. */
  const laneOf = async (device: SyncDevice) => {
    const before = new Set(await server.names("l"));
    await newSession(device, `lane ${before.size}`, ["?"]);
    await device.sync();
    const added = (await server.names("l")).find((name) => !before.has(name));
    return added?.split("~")[0] ?? "";
  };

  beforeAll(async () => {
    if (!available) return;
    folder = mkdtempSync(join(tmpdir(), "relite-peer-"));
    server = open(folder);
    await server.start();
    [a, b] = [await createDevice(server), await createDevice(server)];
  });
  afterAll(async () => {
    if (!available) return;
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  step("[SYN17] messages go both ways, from an empty server on", async () => {
    const id = await newSession(a, "From a", ["hello", awkwardText, "x".repeat(200_000)]);
    expect(await a.sync()).toMatchObject({ phase: "done" });
    expect(await b.sync()).toMatchObject({ phase: "done" });
    expect((await b.chat.messages(id)).map(({ text }) => text)).toEqual([
      "hello",
      awkwardText,
      "x".repeat(200_000),
    ]);
    await b.chat.addMessage(id, { role: "note", text: "hello back" });
    await settle();
    expect((await a.chat.messages(id)).at(-1)).toMatchObject({ text: "hello back", role: "note" });
  });

  step("[CH1] renaming, editing and deleting reach the other device", async () => {
    const [session] = await a.chat.sessions();
    const id = session?.id ?? "";
    const [hello, awkward] = await a.chat.messages(id);
    await b.chat.renameSession(id, "Renamed by b");
    await a.chat.editMessage(id, hello?.id ?? "", "hello, better");
    await a.chat.deleteMessage(id, awkward?.id ?? "");
    await settle();
    expect(await titlesOf(a)).toEqual(["Renamed by b"]);
    expect((await b.chat.messages(id)).map(({ text }) => text)).not.toContain(awkwardText);
    expect((await b.chat.messages(id))[0]).toMatchObject({ text: "hello, better" });
  });

  step("[SYN17] an idle poll is one request, and nothing is written when nothing changed", async () => {
    for (const device of [a, b, a, b])
      expect(await device.methodsOf(() => device.sync())).toEqual(["PROPFIND"]);
  });

  step("[SYN17] both write while offline; what was not seen survives a deletion", async () => {
    const kept = await newSession(a, "Edited by b, deleted by a", ["one"]);
    const gone = await newSession(a, "Deleted by both", ["two"]);
    await settle();
    await a.chat.deleteSession(kept);
    await a.chat.deleteSession(gone);
    await b.chat.deleteSession(gone);
    await b.chat.renameSession(kept, "Edited by b, kept");
    await newSession(a, "Made by a offline", ["three"]);
    await newSession(b, "Made by b offline", ["four"]);
    await settle();
    const titles = await titlesOf(a);
    for (const title of ["Edited by b, kept", "Made by a offline", "Made by b offline"])
      expect(titles).toContain(title);
    expect(titles).not.toContain("Deleted by both");
  });

  step("[SYN17] what was deleted stays deleted, also for a device that joins later", async () => {
    const id = await newSession(b, "To be deleted", ["five"]);
    await settle();
    await a.chat.deleteSession(id);
    await settle();
    await settle();
    const late = await createDevice(server);
    expect(await late.sync()).toMatchObject({ phase: "done" });
    expect(await late.view()).toEqual(await a.view());
    expect(await titlesOf(late)).not.toContain("To be deleted");
  });

  step("[SYN17] a long history lies in segments and is read whole by a new device", async () => {
    const texts = (batch: number) =>
      Array.from({ length: 80 }, (_, at) => `${batch} ${at} ${crypto.randomUUID().repeat(12)}`);
    for (let batch = 0; batch < 4; batch += 1) {
      await newSession(a, `Long ${batch}`, texts(batch));
      expect(await a.sync()).toMatchObject({ phase: "done" });
    }
    expect(await server.names("s")).not.toEqual([]);
    await settle();
    const late = await createDevice(server);
    await late.sync();
    expect(await late.view()).toEqual(await a.view());
  });

  step(
    "[SYN18] a torn tail hides nothing that was read before, and heals with its author's next word",
    async () => {
      await settle();
      const lane = await laneOf(a);
      const name = await newestTail(lane);
      const bytes = await server.read("l", name);
      const before = await b.view();
      await server.write("l", name, Uint8Array.from(bytes.subarray(0, bytes.length / 2)));
      await untilTorn(server, b, name, bytes.length);
      expect(await b.view()).toEqual(before);
      expect(await b.methodsOf(() => b.sync())).not.toContain("PUT");
      await newSession(a, "After the tear", ["six"]);
      await settle();
      expect(await titlesOf(b)).toContain("After the tear");
    },
  );

  step("[SYN18] a tail that vanished is put back by its author", async () => {
    const lane = await laneOf(a);
    await settle();
    const name = await newestTail(lane);
    await server.write("l", name, null);
    await untilGone(a, server, lane, name);
    const late = await createDevice(server);
    await late.sync();
    expect(await late.view()).toEqual(await a.view());
  });

  step(
    "[SYN18] a server that is down leaves everything where it is, and what waited goes out later",
    async () => {
      await settle();
      await server.stop();
      await newSession(a, "Written while the server was down", ["seven"]);
      const before = await a.view();
      expect(await a.sync()).toMatchObject({ phase: "offline" });
      expect(await a.view()).toEqual(before);
      await server.start();
      await settle();
      expect(await titlesOf(b)).toContain("Written while the server was down");
    },
  );
});

/** Lets `device` sync until it met the torn file: a server may go on showing the whole one for a moment. */
async function untilTorn(server: SyncServer, device: SyncDevice, name: string, bytes: number): Promise<void> {
  await until(async () => (await server.read("l", name)).length < bytes, name);
  await until(async () => (await device.sync()).behind > 0, `${name} is torn`);
}

/** Lets the author sync until its tail is there again, under another name. */
async function untilGone(author: SyncDevice, server: SyncServer, lane: string, name: string): Promise<void> {
  await until(async () => {
    await author.sync();
    return (await server.names("l")).some(
      (one) => one.startsWith(lane) && one !== name && seqOf(one) >= seqOf(name),
    );
  }, `${name} is put back`);
}

function seqOf(name: string): number {
  return Number(name.split("~")[1]);
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const startMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startMs > 20_000) throw new Error(`Not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
