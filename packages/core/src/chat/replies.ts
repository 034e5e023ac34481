import { ReliteError } from "../errors/index.ts";
import {
  type LiveRecord,
  type Locks,
  randomHex,
  type SyncStore,
  type SyncWriter,
  wholeTable,
} from "../sync/index.ts";
import {
  dateNowMs,
  type EditContext,
  getAlive,
  nextDateMs,
  notFound,
  set,
  stage,
  touchSession,
} from "./edits.ts";
import {
  bodyField,
  type ChatMessage,
  liveToMessage,
  type MessageBody,
  messageEntity,
  sessionEntity,
} from "./records.ts";

/** Replies of a model: on this device only until they are done or failed. */
export interface Replies {
  startReply(sessionId: string, model: string): Promise<ChatMessage>;
  /** Appends to a streaming reply; call it about once per frame, not per token: each call is a transaction. */
  appendReply(sessionId: string, messageId: string, delta: string): Promise<void>;
  /** The reply becomes a message and may sync; an empty one is dropped. */
  finishReply(sessionId: string, messageId: string): Promise<void>;
  /** What came so far becomes a message with the error; with nothing said it stays on this device. */
  failReply(sessionId: string, messageId: string, error: string): Promise<void>;
  /** At start: replies that a closed tab left streaming become `error`; answers how many. */
  recoverReplies(): Promise<number>;
  /** True while any tab has a streaming reply: automatic sync waits. */
  isStreaming(): Promise<boolean>;
  /** Gives up this tab's claim on its replies. */
  close(): void;
}

type RepliesContext = EditContext & { readonly store: SyncStore; readonly locks: Locks };

export function createReplies(context: RepliesContext): Replies {
  const { store, locks } = context;
  const owner = randomHex(context.random, 16);
  let claim: Promise<() => void> | null = null;
  return {
    startReply: async (sessionId, model) => {
      claim ??= locks.hold(tabLock(owner));
      await claim;
      return store.write((writer) => start(writer, context, { sessionId, model, owner }));
    },
    appendReply: (sessionId, messageId, delta) =>
      store.write(async (writer) => {
        const live = await getStreaming(writer, sessionId, messageId);
        const updatedAtMs = await dateNowMs(writer, context);
        await writer.put("live", liveKey(live), { ...live, text: live.text + delta, updatedAtMs });
      }),
    finishReply: (sessionId, messageId) =>
      store.write(async (writer) => {
        const live = await getStreaming(writer, sessionId, messageId);
        await writer.remove("live", liveKey(live));
        if (live.text.trim() !== "") await emit(writer, context, live, null);
      }),
    failReply: (sessionId, messageId, error) =>
      store.write(async (writer) =>
        fail(writer, context, await getStreaming(writer, sessionId, messageId), error),
      ),
    recoverReplies: () => recover(context),
    isStreaming: () =>
      store.read(async (reader) =>
        (await reader.list("live", wholeTable)).some(({ value }) => value.isStreaming),
      ),
    close: () => {
      void claim?.then((release) => release());
      claim = null;
    },
  };
}

async function start(
  writer: SyncWriter,
  context: EditContext,
  of: { readonly sessionId: string; readonly model: string; readonly owner: string },
): Promise<ChatMessage> {
  const session = await getAlive(writer, sessionEntity(of.sessionId));
  const nowMs = await nextDateMs(writer, context, session);
  const live: LiveRecord = {
    id: randomHex(context.random, 24),
    group: of.sessionId,
    isStreaming: true,
    owner: of.owner,
    startedAtMs: nowMs,
    updatedAtMs: nowMs,
    text: "",
    model: of.model.slice(0, 200),
    error: null,
  };
  await writer.put("live", liveKey(live), live);
  return liveToMessage(live);
}

async function fail(
  writer: SyncWriter,
  context: EditContext,
  live: LiveRecord,
  error: string,
): Promise<void> {
  const reason = error.slice(0, 1_000).toWellFormed();
  if (live.text.trim() === "") {
    await writer.put("live", liveKey(live), { ...live, isStreaming: false, error: reason });
    return;
  }
  await writer.remove("live", liveKey(live));
  await emit(writer, context, live, reason);
}

async function emit(
  writer: SyncWriter,
  context: EditContext,
  live: LiveRecord,
  error: string | null,
): Promise<void> {
  const updatedAt = Math.max(live.startedAtMs, await dateNowMs(writer, context));
  const body: MessageBody = {
    role: "assistant",
    text: live.text.toWellFormed(),
    status: error === null ? "done" : "error",
    date: live.startedAtMs,
    updatedAt,
    model: live.model?.toWellFormed() ?? null,
    error,
  };
  await stage(writer, context, live.group, [
    set(messageEntity(live.group, live.id), bodyField, body),
    touchSession(live.group, updatedAt),
  ]);
}

async function recover(context: RepliesContext): Promise<number> {
  const rows = await context.store.read((reader) => reader.list("live", wholeTable));
  const orphans: LiveRecord[] = [];
  for (const { value } of rows)
    if (value.isStreaming && !(await context.locks.isHeld(tabLock(value.owner)))) orphans.push(value);
  if (orphans.length === 0) return 0;
  return context.store.write(async (writer) => {
    let count = 0;
    for (const orphan of orphans) {
      const live = await writer.get("live", liveKey(orphan));
      if (live?.isStreaming !== true) continue;
      await fail(writer, context, live, "The page was closed before the answer was complete.");
      count += 1;
    }
    return count;
  });
}

async function getStreaming(writer: SyncWriter, sessionId: string, messageId: string): Promise<LiveRecord> {
  const live = await writer.get("live", `${sessionId}/${messageId}`);
  if (live === undefined) throw notFound();
  if (!live.isStreaming)
    throw new ReliteError("conflict", "This answer has already ended.", { reason: "reply_ended" });
  return live;
}

function liveKey(live: LiveRecord): string {
  return `${live.group}/${live.id}`;
}

function tabLock(owner: string): string {
  return `relite-tab-${owner}`;
}
