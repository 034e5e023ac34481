import type { Chat, ChatMessage } from "@relite/core/chat";
import type { Clock } from "@relite/core/clock";
import { toFailure } from "../api/failure.ts";
import { createValueCell, type ValueCell } from "../design/value-cell.ts";
import { type AnswerPart, batchDeltas } from "./batch-deltas.ts";

export interface AskedMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Asks the model; the parts come as they are written. */
export type Complete = (
  messages: readonly AskedMessage[],
  signal: AbortSignal,
) => Promise<AsyncIterable<AnswerPart>>;

/** Answers that are being written; they go on while the user looks at another session. */
export interface Answers {
  /** Ids of sessions whose answer is being written in this tab. */
  readonly running: ValueCell<ReadonlySet<string>>;
  /** Writes an answer to what was said so far; resolves when it ended, however it ended. */
  answer(sessionId: string, model: string, complete: Complete): Promise<void>;
  /** What came so far is kept. */
  stop(sessionId: string): void;
}

const flushMs = 80;

export function createAnswers(parts: { readonly chat: Chat; readonly clock: Clock }): Answers {
  const { chat, clock } = parts;
  const running = createValueCell<ReadonlySet<string>>(new Set());
  const stops = new Map<string, AbortController>();
  return {
    running,
    stop: (sessionId) => stops.get(sessionId)?.abort(),
    answer: async (sessionId, model, complete) => {
      if (stops.has(sessionId)) return;
      const stop = new AbortController();
      stops.set(sessionId, stop);
      running.set(new Set(stops.keys()));
      try {
        const asked = toAsked(await chat.messages(sessionId));
        const reply = await chat.startReply(sessionId, model);
        await writeReply({
          chat,
          clock,
          reply,
          signal: stop.signal,
          start: () => complete(asked, stop.signal),
        });
      } finally {
        stop.abort();
        stops.delete(sessionId);
        running.set(new Set(stops.keys()));
      }
    },
  };
}

/** Notes and failed answers are no part of the conversation with a model. */
export function toAsked(messages: readonly ChatMessage[]): readonly AskedMessage[] {
  return messages.flatMap(({ role, text, status }) =>
    role === "note" || status !== "done" ? [] : [{ role, content: text }],
  );
}

interface Writing {
  readonly chat: Chat;
  readonly clock: Clock;
  readonly reply: ChatMessage;
  readonly signal: AbortSignal;
  readonly start: () => Promise<AsyncIterable<AnswerPart>>;
}

async function writeReply({ chat, clock, reply, signal, start }: Writing): Promise<void> {
  const { sessionId, id } = reply;
  try {
    for await (const text of batchDeltas(await start(), { clock, everyMs: flushMs }))
      await chat.appendReply(sessionId, id, text);
    await chat.finishReply(sessionId, id);
  } catch (error) {
    await endEarly({ chat, reply, isStopped: signal.aborted, error });
  }
}

async function endEarly(ending: {
  readonly chat: Chat;
  readonly reply: ChatMessage;
  readonly isStopped: boolean;
  readonly error: unknown;
}): Promise<void> {
  const { chat, reply } = ending;
  const { code, reason } = toFailure(ending.error);
  try {
    if (ending.isStopped) await chat.finishReply(reply.sessionId, reply.id);
    else await chat.failReply(reply.sessionId, reply.id, reason ?? code);
  } catch {
    // The session was deleted while it was being answered: there is nothing to end.
  }
}
