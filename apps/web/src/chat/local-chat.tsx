import { type Chat, createChat } from "@relite/core/chat";
import { createWebLocks, type Locks, type SyncStore } from "@relite/core/sync";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { type Runtime, useRuntime } from "../app/runtime.tsx";
import { createDexieSyncStore } from "../store/dexie-sync-store.ts";
import { type Answers, createAnswers } from "./answer.ts";

/** The chat of this browser: its own database, and answers being written in this tab. */
export interface LocalChat {
  readonly store: SyncStore;
  readonly locks: Locks;
  readonly chat: Chat;
  readonly answers: Answers;
}

const LocalChatContext = createContext<LocalChat | null>(null);

export function useLocalChat(): LocalChat {
  const local = useContext(LocalChatContext);
  if (local === null) throw new Error("There is no chat here.");
  return local;
}

export function LocalChatProvider({ children }: { readonly children: ReactNode }) {
  const runtime = useRuntime();
  const [local] = useState(() => openLocalChat(runtime));
  useEffect(() => {
    // What a closed tab left half written becomes an error that can be tried again.
    void local.chat.recoverReplies();
    const close = () => local.chat.close();
    window.addEventListener("pagehide", close);
    return () => window.removeEventListener("pagehide", close);
  }, [local]);
  return <LocalChatContext value={local}>{children}</LocalChatContext>;
}

function openLocalChat({ database, clock, random, page }: Runtime): LocalChat {
  const store = createDexieSyncStore(database);
  const locks = createWebLocks(page.navigator.locks);
  const chat = createChat({ store, clock, random, locks });
  return { store, locks, chat, answers: createAnswers({ chat, clock }) };
}
