import { type Chat, createChat } from "@relite/core/chat";
import { ReliteError } from "@relite/core/errors";
import { fakeClock, memoryLocks, memorySyncStore, seededRandom } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { type AskedMessage, type Complete, createAnswers } from "./answer.ts";
import type { AnswerPart } from "./batch-deltas.ts";

async function startChat() {
  const clock = fakeClock();
  const chat = createChat({ store: memorySyncStore(), clock, random: seededRandom(3), locks: memoryLocks() });
  const session = await chat.createSession("A chat");
  await chat.addMessage(session.id, { role: "user", text: "Hello" });
  return { chat, clock, sessionId: session.id, answers: createAnswers({ chat, clock }) };
}

const lastOf = async (chat: Chat, sessionId: string) => (await chat.messages(sessionId)).at(-1);

function says(...texts: readonly string[]): Complete {
  return async () => parts(texts);
}

async function* parts(texts: readonly string[]): AsyncGenerator<AnswerPart> {
  for (const text of texts) yield { type: "delta", text };
  yield { type: "end" };
}

describe("answers", () => {
  it("[WCH1] the parts become one finished message", async () => {
    const { chat, sessionId, answers } = await startChat();
    await answers.answer(sessionId, "m1", says("One ", "two ", "三"));
    expect(await lastOf(chat, sessionId)).toMatchObject({
      role: "assistant",
      text: "One two 三",
      status: "done",
      model: "m1",
    });
    expect(answers.running.get().size).toBe(0);
  });

  it("[WCH1] an answer that breaks keeps what came, with the code", async () => {
    const { chat, sessionId, answers } = await startChat();
    await answers.answer(sessionId, "m1", async () => breaking());
    expect(await lastOf(chat, sessionId)).toMatchObject({
      text: "half",
      status: "error",
      error: "provider_failed",
    });

    async function* breaking(): AsyncGenerator<AnswerPart> {
      yield { type: "delta", text: "half" };
      throw new ReliteError("upstream_failed", "no", { reason: "provider_failed" });
    }
  });

  it("[WCH1] an answer that never began says why and stays on this device", async () => {
    const { chat, sessionId, answers } = await startChat();
    await answers.answer(sessionId, "m1", () => Promise.reject(new TypeError("fetch failed")));
    expect(await lastOf(chat, sessionId)).toMatchObject({ text: "", status: "error", error: "unreachable" });
  });

  it("[WCH2] stopping keeps what came as a finished message", async () => {
    const { chat, sessionId, answers } = await startChat();
    const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
    const done = answers.answer(sessionId, "m1", async (_messages, signal) => endless(signal));
    await isRead;
    expect(answers.running.get().has(sessionId)).toBe(true);
    answers.stop(sessionId);
    await done;
    expect(await lastOf(chat, sessionId)).toMatchObject({ text: "so far", status: "done" });

    async function* endless(signal: AbortSignal): AsyncGenerator<AnswerPart> {
      yield { type: "delta", text: "so far" };
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason));
      read();
      await promise;
    }
  });

  it("[WCH2] a session deleted meanwhile ends its answer without a trace", async () => {
    const { chat, sessionId, answers } = await startChat();
    await answers.answer(sessionId, "m1", async () => deleting());
    expect(await chat.sessions()).toEqual([]);

    async function* deleting(): AsyncGenerator<AnswerPart> {
      yield { type: "delta", text: "x" };
      await chat.deleteSession(sessionId);
      yield { type: "end" };
    }
  });

  it("[WCH3] notes and failed answers are not shown to the model", async () => {
    const { chat, sessionId, answers } = await startChat();
    await chat.addMessage(sessionId, { role: "note", text: "private" });
    await answers.answer(sessionId, "m1", () => Promise.reject(new Error("no")));
    const asked: (readonly AskedMessage[])[] = [];
    await answers.answer(sessionId, "m1", async (messages) => {
      asked.push(messages);
      return parts(["fine"]);
    });
    expect(asked).toEqual([[{ role: "user", content: "Hello" }]]);
  });
});
