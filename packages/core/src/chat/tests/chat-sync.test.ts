import { describe, expect, it } from "vitest";
import { memoryLaneRemote } from "../../testing/index.ts";
import { chatDevice, meet, seen } from "./chat-devices.ts";
import { gzipText } from "./wire-text.ts";

describe("two devices", () => {
  it("[CH9] exchange sessions and messages, renames and deletes, also when both were offline", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 1), chatDevice(remote, 2)];
    const trip = await a.chat.createSession("Trip");
    const work = await b.chat.createSession("Work");
    await a.chat.addMessage(trip.id, { role: "user", text: "hello from a" });
    await meet(a, b);
    expect(await seen(b)).toEqual(await seen(a));
    await a.chat.renameSession(work.id, "Work, renamed");
    await b.chat.addMessage(trip.id, { role: "note", text: "hello from b" });
    await a.chat.deleteSession(trip.id);
    await meet(a, b);
    expect(await seen(b)).toEqual(await seen(a));
    // The message was written without knowing of the deletion: the session is kept, with its title.
    expect((await seen(a)).map(({ title }) => title).sort()).toEqual(["Trip", "Work, renamed"]);
    await b.chat.deleteSession(trip.id);
    await meet(a, b);
    expect((await seen(a)).map(({ title }) => title)).toEqual(["Work, renamed"]);
    expect(await a.chat.deletedSessions()).toHaveLength(1);
    await a.chat.restoreSession(trip.id);
    await meet(a, b);
    expect(await seen(b)).toEqual(await seen(a));
    expect((await seen(b)).find(({ title }) => title === "Trip")?.messages).toHaveLength(2);
  });

  it("[CH9] edits and deletes of one message converge", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 3), chatDevice(remote, 4)];
    const { id } = await a.chat.createSession("s");
    const kept = await a.chat.addMessage(id, { role: "user", text: "kept" });
    const gone = await a.chat.addMessage(id, { role: "user", text: "gone" });
    await meet(a, b);
    await a.chat.editMessage(id, kept.id, "by a");
    await b.chat.editMessage(id, kept.id, "by b");
    await b.chat.deleteMessage(id, gone.id);
    await meet(a, b);
    expect(await seen(b)).toEqual(await seen(a));
    expect((await seen(a))[0]?.messages).toHaveLength(1);
  });

  it("[CH9] equal times with different content show one and the same everywhere", async () => {
    const remote = memoryLaneRemote();
    const devices = [5, 6, 7].map((seed) => chatDevice(remote, seed));
    const [a, b, c] = devices;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three devices");
    const { id } = await a.chat.createSession("s");
    await meet(a, b, c);
    for (const [at, { chat }] of devices.entries()) await chat.renameSession(id, `title ${at}`);
    await meet(c, a, b);
    await meet(a, b, c);
    expect(await seen(a)).toEqual(await seen(b));
    expect(await seen(b)).toEqual(await seen(c));
  });

  it("[CH9] an edit from a clock one hour behind, made after seeing another, wins", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 8), chatDevice(remote, 9, { skewMs: -3_600_000 })];
    const { id } = await a.chat.createSession("first");
    await meet(a, b);
    await b.chat.renameSession(id, "second");
    await meet(b, a);
    expect((await seen(a))[0]?.title).toBe("second");
  });

  it("[CH9] a clock a year ahead is answered by those who read it, and corrected by the server's", async () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const remote = memoryLaneRemote(() => nowMs);
    const [a, b] = [chatDevice(remote, 10, { skewMs: 365 * 86_400_000 }), chatDevice(remote, 11)];
    const { id } = await a.chat.createSession("from the future");
    await meet(a, b);
    await b.chat.renameSession(id, "from the present");
    await meet(b, a);
    expect((await seen(a))[0]?.title).toBe("from the present");
    const later = await a.chat.createSession("corrected");
    expect(later.createdAtMs).toBe(nowMs);
  });
});

describe("what leaves the device", () => {
  it("[CH10] nothing of a session while it holds a streaming reply; other sessions go", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 20), chatDevice(remote, 21)];
    const busy = await a.chat.createSession("busy");
    await a.chat.addMessage(busy.id, { role: "user", text: "question" });
    const reply = await a.chat.startReply(busy.id, "m");
    await a.chat.appendReply(busy.id, reply.id, "half");
    await a.chat.createSession("free");
    expect(await a.engine.syncNow()).toMatchObject({ phase: "waiting" });
    expect(await gzipText(remote)).not.toMatch(/busy|question|half/);
    await b.engine.syncNow();
    expect((await seen(b)).map(({ title }) => title)).toEqual(["free"]);
    await a.chat.appendReply(busy.id, reply.id, " whole");
    await a.chat.finishReply(busy.id, reply.id);
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done" });
    await b.engine.syncNow();
    expect((await seen(b)).find(({ title }) => title === "busy")?.messages).toEqual([
      "done: question",
      "done: half whole",
    ]);
  });

  it("[CH10] an empty reply never leaves, a failed one that said something does", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 22), chatDevice(remote, 23)];
    const { id } = await a.chat.createSession("s");
    const silent = await a.chat.startReply(id, "m");
    await a.chat.failReply(id, silent.id, "no answer");
    const cut = await a.chat.startReply(id, "m");
    await a.chat.appendReply(id, cut.id, "it began");
    await a.chat.failReply(id, cut.id, "cut off");
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done" });
    await b.engine.syncNow();
    expect((await seen(b))[0]?.messages).toEqual(["error: it began"]);
    expect(await gzipText(remote)).not.toContain("no answer");
  });

  it("[CH10] a tab closed in mid-answer does not block sync", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 24), chatDevice(remote, 25)];
    const tab = a.openTab();
    const { id } = await a.chat.createSession("s");
    const reply = await tab.startReply(id, "m");
    await tab.appendReply(id, reply.id, "the start of");
    tab.close();
    await Promise.resolve();
    expect(await a.engine.syncNow()).toMatchObject({ phase: "waiting" });
    await a.openTab().recoverReplies();
    expect(await a.engine.syncNow()).toMatchObject({ phase: "done" });
    await b.engine.syncNow();
    expect((await seen(b))[0]?.messages).toEqual(["error: the start of"]);
  });

  it("[CH10] a rename alone is uploaded, and two idle devices write nothing", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 26), chatDevice(remote, 27)];
    const { id } = await a.chat.createSession("s");
    await meet(a, b);
    await a.chat.renameSession(id, "only this");
    await meet(a, b);
    expect((await seen(b))[0]?.title).toBe("only this");
    const before = remote.server.wire.length;
    await meet(a, b, a, b);
    expect(new Set(remote.server.wire.slice(before).map(({ method }) => method))).toEqual(new Set(["LIST"]));
  });

  it("[CH10] a deletion reaches a device that was away for 31 days, and nothing comes back from it", async () => {
    const remote = memoryLaneRemote();
    const [a, b] = [chatDevice(remote, 28), chatDevice(remote, 29)];
    const { id } = await a.chat.createSession("deleted long ago");
    await meet(a, b);
    await a.chat.deleteSession(id);
    await a.engine.syncNow();
    for (const { clock } of [a, b]) await clock.advance(31 * 86_400_000);
    await b.chat.createSession("new");
    await meet(b, a);
    expect((await seen(a)).map(({ title }) => title)).toEqual(["new"]);
    expect(await seen(b)).toEqual(await seen(a));
  });
});
