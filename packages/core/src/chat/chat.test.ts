import { describe, expect, it } from "vitest";
import { fakeClock, memoryLocks, memorySyncStore, seededRandom } from "../testing/index.ts";
import { createChat } from "./index.ts";

function setUp(seed = 1) {
  const store = memorySyncStore();
  const clock = fakeClock();
  const locks = memoryLocks();
  const random = seededRandom(seed);
  const openTab = () => createChat({ store, clock, random, locks });
  return { store, clock, openTab, chat: openTab() };
}

describe("sessions", () => {
  it("[CH1] a session can be created, renamed, deleted to the bin and restored with its messages", async () => {
    const { chat, clock } = setUp();
    const first = await chat.createSession(" First ");
    await clock.advance(10);
    const second = await chat.createSession("Second");
    expect((await chat.sessions()).map(({ title }) => title)).toEqual(["Second", "First"]);
    await clock.advance(10);
    await chat.addMessage(first.id, { role: "user", text: "hello" });
    expect((await chat.sessions()).map(({ title }) => title)).toEqual(["First", "Second"]);
    await chat.renameSession(second.id, "Zweite");
    await chat.deleteSession(first.id);
    expect((await chat.sessions()).map(({ title }) => title)).toEqual(["Zweite"]);
    expect((await chat.deletedSessions()).map(({ title }) => title)).toEqual(["First"]);
    expect(await chat.session(first.id)).toBeNull();
    await chat.restoreSession(first.id);
    expect((await chat.sessions()).map(({ title }) => title)).toContain("First");
    expect((await chat.messages(first.id)).map(({ text }) => text)).toEqual(["hello"]);
  });

  it.each([
    ["an empty title", ""],
    ["blanks", "  \n "],
    ["501 characters", "x".repeat(501)],
    ["a lone surrogate", "a\ud800"],
  ])("[CH2] refuses %s and keeps nothing of it", async (_name, title) => {
    const { chat, store } = setUp();
    await expect(chat.createSession(title)).rejects.toMatchObject({ code: "bad_request" });
    expect(await chat.sessions()).toEqual([]);
    expect(await store.read((reader) => reader.list("drafts", { from: "", to: "\uffff" }))).toEqual([]);
  });

  it("[CH2] unknown ids are not_found in every command", async () => {
    const { chat } = setUp();
    const { id } = await chat.createSession("known");
    const refused = { code: "not_found" };
    for (const odd of ["nope", "__proto__", "a/b", "", "\u0000", "x".repeat(10_000)]) {
      await expect(chat.renameSession(odd, "t")).rejects.toMatchObject(refused);
      await expect(chat.deleteSession(odd)).rejects.toMatchObject(refused);
      await expect(chat.restoreSession(odd)).rejects.toMatchObject(refused);
      await expect(chat.addMessage(odd, { role: "user", text: "x" })).rejects.toMatchObject(refused);
      await expect(chat.startReply(odd, "m")).rejects.toMatchObject(refused);
      await expect(chat.editMessage(id, odd, "x")).rejects.toMatchObject(refused);
      await expect(chat.deleteMessage(id, odd)).rejects.toMatchObject(refused);
      await expect(chat.restoreMessage(id, odd)).rejects.toMatchObject(refused);
      await expect(chat.finishReply(id, odd)).rejects.toMatchObject(refused);
      expect(await chat.messages(odd)).toEqual([]);
    }
  });
});

describe("messages", () => {
  it("[CH3] an edit changes the text and the time of change, not the place", async () => {
    const { chat, clock } = setUp();
    const { id } = await chat.createSession("s");
    const first = await chat.addMessage(id, { role: "user", text: "one" });
    await clock.advance(1_000);
    await chat.addMessage(id, { role: "note", text: "two" });
    await clock.advance(1_000);
    await chat.editMessage(id, first.id, "one, better");
    const messages = await chat.messages(id);
    expect(messages.map(({ text }) => text)).toEqual(["one, better", "two"]);
    expect(messages[0]?.updatedAtMs).toBe(clock.nowMs());
    expect(messages[1]?.updatedAtMs).toBe(messages[1]?.dateMs);
  });

  it("[CH3] a message can be deleted and restored", async () => {
    const { chat } = setUp();
    const { id } = await chat.createSession("s");
    const message = await chat.addMessage(id, { role: "user", text: "gone?" });
    await chat.deleteMessage(id, message.id);
    expect(await chat.messages(id)).toEqual([]);
    expect(await chat.deletedMessages(id)).toHaveLength(1);
    await chat.restoreMessage(id, message.id);
    expect((await chat.messages(id)).map(({ text }) => text)).toEqual(["gone?"]);
    expect(await chat.deletedMessages(id)).toEqual([]);
  });

  it.each(["", "   ", "\ud800"])("[CH2] refuses the text %j", async (text) => {
    const { chat } = setUp();
    const { id } = await chat.createSession("s");
    await expect(chat.addMessage(id, { role: "user", text })).rejects.toMatchObject({ code: "bad_request" });
  });

  it("[CH2] refuses a message of 10 MB", async () => {
    const { chat } = setUp();
    const { id } = await chat.createSession("s");
    const text = "x".repeat(10_000_000);
    await expect(chat.addMessage(id, { role: "user", text })).rejects.toMatchObject({ code: "bad_request" });
    expect(await chat.messages(id)).toEqual([]);
  });

  it("[CH4] search finds titles and texts, case and accents aside", async () => {
    const { chat } = setUp();
    const { id } = await chat.createSession("Café notes");
    await chat.addMessage(id, { role: "user", text: "ÉCLAIR und 中文" });
    expect((await chat.search("cafe")).map(({ message }) => message)).toEqual([null]);
    expect((await chat.search("eclair")).map(({ message }) => message?.text)).toEqual(["ÉCLAIR und 中文"]);
    expect(await chat.search("中文")).toHaveLength(1);
    expect(await chat.search("  ")).toEqual([]);
  });

  it("[CH5] a listener hears of changes, also of other tabs, until it stops", async () => {
    const { chat, openTab } = setUp();
    let count = 0;
    const stop = chat.onChange(() => {
      count += 1;
    });
    await openTab().createSession("from the other tab");
    expect(count).toBe(1);
    stop();
    await chat.createSession("unheard");
    expect(count).toBe(1);
  });
});

describe("replies", () => {
  const drafts = (store: ReturnType<typeof memorySyncStore>) =>
    store.read(async (reader) => (await reader.list("drafts", { from: "", to: "\uffff" })).length);

  it("[CH6] a streaming reply is shown, and becomes an op only when it is done", async () => {
    const { chat, store } = setUp();
    const { id } = await chat.createSession("s");
    const before = await drafts(store);
    const reply = await chat.startReply(id, "model-1");
    await chat.appendReply(id, reply.id, "Hel");
    await chat.appendReply(id, reply.id, "lo");
    expect(await chat.messages(id)).toMatchObject([
      { text: "Hello", status: "streaming", role: "assistant" },
    ]);
    expect(await chat.isStreaming()).toBe(true);
    expect(await drafts(store)).toBe(before);
    await chat.finishReply(id, reply.id);
    expect(await chat.messages(id)).toMatchObject([{ text: "Hello", status: "done", model: "model-1" }]);
    expect(await chat.isStreaming()).toBe(false);
    expect(await drafts(store)).toBeGreaterThan(before);
    await expect(chat.appendReply(id, reply.id, "late")).rejects.toMatchObject({ code: "not_found" });
  });

  it("[CH7] an empty reply never becomes an op, done or failed", async () => {
    const { chat, store } = setUp();
    const { id } = await chat.createSession("s");
    const before = await drafts(store);
    const done = await chat.startReply(id, "m");
    await chat.appendReply(id, done.id, " \n");
    await chat.finishReply(id, done.id);
    expect(await chat.messages(id)).toEqual([]);
    const failed = await chat.startReply(id, "m");
    await chat.failReply(id, failed.id, "no connection");
    expect(await chat.messages(id)).toMatchObject([{ status: "error", error: "no connection", text: "" }]);
    expect(await drafts(store)).toBe(before);
    await expect(chat.appendReply(id, failed.id, "late")).rejects.toMatchObject({ reason: "reply_ended" });
    await chat.deleteMessage(id, failed.id);
    expect(await chat.messages(id)).toEqual([]);
  });

  it("[CH7] a failed reply that said something is kept as an error", async () => {
    const { chat } = setUp();
    const { id } = await chat.createSession("s");
    const reply = await chat.startReply(id, "m");
    await chat.appendReply(id, reply.id, "half an ans\ud83d");
    await chat.failReply(id, reply.id, "cut off");
    expect(await chat.messages(id)).toMatchObject([
      { status: "error", text: "half an ans\ufffd", error: "cut off" },
    ]);
  });

  it("[CH8] a reply left streaming by a closed tab becomes an error at the next start, another tab's goes on", async () => {
    const { chat, openTab } = setUp();
    const closing = openTab();
    const { id } = await chat.createSession("s");
    const left = await closing.startReply(id, "m");
    await closing.appendReply(id, left.id, "started");
    const open = await chat.startReply(id, "m");
    expect(await openTab().recoverReplies()).toBe(0);
    closing.close();
    await Promise.resolve();
    const next = openTab();
    expect(await next.recoverReplies()).toBe(1);
    expect(await next.recoverReplies()).toBe(0);
    const byId = new Map((await next.messages(id)).map((message) => [message.id, message.status]));
    expect(byId.get(left.id)).toBe("error");
    expect(byId.get(open.id)).toBe("streaming");
  });

  it("[CH6] deleting a session ends its replies", async () => {
    const { chat } = setUp();
    const { id } = await chat.createSession("s");
    const reply = await chat.startReply(id, "m");
    await chat.deleteSession(id);
    expect(await chat.isStreaming()).toBe(false);
    await expect(chat.appendReply(id, reply.id, "x")).rejects.toMatchObject({ code: "not_found" });
  });
});
