import { type Chat, createChat } from "@relite/core/chat";
import { systemClock } from "@relite/core/clock";
import { createDavLaneRemote, createSyncEngine, type SyncStatus } from "@relite/core/sync";
import { memoryLocks, memorySyncStore } from "@relite/core/testing";
import { generateKeyPair, signerFromKeyPair } from "@relite/core/ucan";
import { createDavClient } from "@relite/core/webdav";
import type { SyncServer } from "./sync-servers.ts";

export interface SyncDevice {
  readonly chat: Chat;
  sync(): Promise<SyncStatus>;
  /** The methods a round sends, in order. */
  methodsOf(round: () => Promise<unknown>): Promise<readonly string[]>;
  /** Everything a person sees: sessions with their messages, and the bin. */
  view(): Promise<unknown>;
}

/** A device as the web app puts it together, with a database of its own; its server may come back at another address. */
export async function createDevice(server: SyncServer): Promise<SyncDevice> {
  const store = memorySyncStore();
  const locks = memoryLocks();
  const parts = { store, locks, clock: systemClock, random: Math.random };
  const signer = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  const chat = createChat(parts);
  const sent: string[] = [];
  const engineNow = async () => {
    const client = createDavClient({
      baseUrl: server.baseUrl(),
      authorization: await server.authorizationOf(signer),
      fetch: (input, init) => {
        sent.push(init?.method ?? "GET");
        return fetch(input, init);
      },
    });
    return createSyncEngine({ ...parts, signer, remote: createDavLaneRemote({ client, appId: "relite" }) });
  };
  return {
    chat,
    sync: async () => (await engineNow()).syncNow(),
    methodsOf: async (round) => {
      const before = sent.length;
      await round();
      return sent.slice(before);
    },
    view: async () => ({
      sessions: await Promise.all(
        (await chat.sessions()).map(async (session) => ({
          session,
          messages: await chat.messages(session.id),
        })),
      ),
      bin: await chat.deletedSessions(),
    }),
  };
}
