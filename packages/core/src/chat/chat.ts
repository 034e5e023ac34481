import type { Clock } from "../clock/index.ts";
import type { Locks, SyncStore } from "../sync/index.ts";
import type { ChatMessage, ChatSession } from "./records.ts";
import { createReplies, type Replies } from "./replies.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { listMessages, listSessions, readSession, type SearchHit, searchChat } from "./views.ts";

export interface ChatOptions {
  readonly store: SyncStore;
  readonly clock: Clock;
  /** Numbers in [0, 1), of cryptographic quality outside tests: ids come from it. */
  readonly random: () => number;
  readonly locks: Locks;
}

/**
 * Sessions and messages of this device. Every command changes what is shown and what will be synced in one
 * transaction. Unknown ids: `not_found`; what cannot be kept (empty title, lone surrogates, over 1 MiB): `bad_request`.
 */
export interface Chat extends Sessions, Replies {
  /** Newest first. */
  sessions(): Promise<readonly ChatSession[]>;
  session(sessionId: string): Promise<ChatSession | null>;
  /** By date, with replies that are still being written. */
  messages(sessionId: string): Promise<readonly ChatMessage[]>;
  /** The restore bin. */
  deletedSessions(): Promise<readonly ChatSession[]>;
  deletedMessages(sessionId: string): Promise<readonly ChatMessage[]>;
  /** Titles first, then texts; case and accents aside. */
  search(query: string, limit?: number): Promise<readonly SearchHit[]>;
  /** Calls back after each change of sessions or messages, from here, another tab or sync; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

export function createChat(options: ChatOptions): Chat {
  const { store } = options;
  return {
    ...createSessions(options),
    ...createReplies(options),
    sessions: () => store.read((reader) => listSessions(reader, false)),
    session: (sessionId) => store.read((reader) => readSession(reader, sessionId)),
    messages: (sessionId) => store.read((reader) => listMessages(reader, sessionId, false)),
    deletedSessions: () => store.read((reader) => listSessions(reader, true)),
    deletedMessages: (sessionId) => store.read((reader) => listMessages(reader, sessionId, true)),
    search: (query, limit = 50) => store.read((reader) => searchChat(reader, query, limit)),
    onChange: (listener) =>
      store.onCommit((tables) => {
        if (tables.has("entities") || tables.has("live")) listener();
      }),
  };
}
