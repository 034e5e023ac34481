import { ReliteError } from "../errors/index.ts";
import { keysUnder, randomHex, type SyncStore } from "../sync/index.ts";
import {
  dateNowMs,
  type EditContext,
  getAlive,
  getDeleted,
  nextDateMs,
  notFound,
  set,
  setAgain,
  stage,
  touchSession,
} from "./edits.ts";
import {
  bodyField,
  type ChatMessage,
  type ChatSession,
  createdField,
  type MessageBody,
  type MessageRole,
  messageEntity,
  readBody,
  sessionEntity,
  titleField,
  toMessage,
  toSession,
  updatedField,
} from "./records.ts";

export interface Sessions {
  createSession(title: string): Promise<ChatSession>;
  renameSession(sessionId: string, title: string): Promise<void>;
  /** Goes to the bin with its messages; an edit made elsewhere without knowing brings it back. */
  deleteSession(sessionId: string): Promise<void>;
  restoreSession(sessionId: string): Promise<void>;
  /** A finished message of the user's side, or a plain note. */
  addMessage(sessionId: string, message: NewMessage): Promise<ChatMessage>;
  editMessage(sessionId: string, messageId: string, text: string): Promise<void>;
  deleteMessage(sessionId: string, messageId: string): Promise<void>;
  restoreMessage(sessionId: string, messageId: string): Promise<void>;
}

export interface NewMessage {
  readonly role: Exclude<MessageRole, "assistant">;
  readonly text: string;
}

const maxTitleChars = 500;

export function createSessions(context: EditContext & { readonly store: SyncStore }): Sessions {
  return {
    ...sessionCommands(context),
    ...messageCommands(context),
  };
}

type SessionCommands = Pick<Sessions, "createSession" | "renameSession" | "deleteSession" | "restoreSession">;
type MessageCommands = Omit<Sessions, keyof SessionCommands>;

function sessionCommands(context: EditContext & { readonly store: SyncStore }): SessionCommands {
  const { store } = context;
  return {
    createSession: (title) =>
      store.write(async (writer) => {
        const id = randomHex(context.random, 24);
        const nowMs = await dateNowMs(writer, context);
        const entity = sessionEntity(id);
        const name = checkTitle(title);
        await stage(writer, context, id, [
          set(entity, titleField, name),
          set(entity, createdField, nowMs),
          set(entity, updatedField, nowMs),
        ]);
        return { id, title: name, createdAtMs: nowMs, updatedAtMs: nowMs };
      }),
    renameSession: (sessionId, title) =>
      store.write(async (writer) => {
        const name = checkTitle(title);
        const state = await getAlive(writer, sessionEntity(sessionId));
        if (toSession(state)?.title === name) return;
        await stage(writer, context, sessionId, [set(state.entity, titleField, name)]);
      }),
    deleteSession: (sessionId) =>
      store.write(async (writer) => {
        const { entity } = await getAlive(writer, sessionEntity(sessionId));
        for (const { key } of await writer.list("live", keysUnder(`${sessionId}/`)))
          await writer.remove("live", key);
        await stage(writer, context, sessionId, [{ kind: "delete", entity }]);
      }),
    restoreSession: (sessionId) =>
      store.write(async (writer) => {
        const state = await getDeleted(writer, sessionEntity(sessionId));
        await stage(writer, context, sessionId, setAgain(state));
      }),
  };
}

function messageCommands(context: EditContext & { readonly store: SyncStore }): MessageCommands {
  const { store } = context;
  return {
    addMessage: (sessionId, { role, text }) =>
      store.write(async (writer) => {
        checkText(text);
        const session = await getAlive(writer, sessionEntity(sessionId));
        const id = randomHex(context.random, 24);
        const date = await nextDateMs(writer, context, session);
        const body: MessageBody = {
          role,
          text,
          status: "done",
          date,
          updatedAt: null,
          model: null,
          error: null,
        };
        const entity = messageEntity(sessionId, id);
        await stage(writer, context, sessionId, [
          set(entity, bodyField, body),
          touchSession(sessionId, date),
        ]);
        return {
          id,
          sessionId,
          role,
          text,
          status: "done",
          dateMs: date,
          updatedAtMs: date,
          model: null,
          error: null,
        };
      }),
    editMessage: (sessionId, messageId, text) =>
      store.write(async (writer) => {
        checkText(text);
        const state = await getAlive(writer, messageEntity(sessionId, messageId));
        const body = readBody(state);
        if (body === null) throw notFound();
        const updatedAt = await dateNowMs(writer, context);
        await stage(writer, context, sessionId, [
          set(state.entity, bodyField, { ...body, text, updatedAt }),
          touchSession(sessionId, updatedAt),
        ]);
      }),
    deleteMessage: (sessionId, messageId) =>
      store.write(async (writer) => {
        const liveKey = `${sessionId}/${messageId}`;
        if ((await writer.get("live", liveKey)) !== undefined) return writer.remove("live", liveKey);
        const { entity } = await getAlive(writer, messageEntity(sessionId, messageId));
        await stage(writer, context, sessionId, [{ kind: "delete", entity }]);
      }),
    restoreMessage: (sessionId, messageId) =>
      store.write(async (writer) => {
        const state = await getDeleted(writer, messageEntity(sessionId, messageId));
        if (toMessage(state) === null) throw notFound();
        await stage(writer, context, sessionId, setAgain(state));
      }),
  };
}

function checkTitle(title: string): string {
  const trimmed = title.trim();
  if (trimmed === "" || trimmed.length > maxTitleChars)
    throw new ReliteError("bad_request", `A title has 1 to ${maxTitleChars} characters.`, {
      reason: "bad_title",
    });
  return trimmed;
}

function checkText(text: string): void {
  if (text.trim() === "")
    throw new ReliteError("bad_request", "A message is not empty.", { reason: "empty_message" });
}
