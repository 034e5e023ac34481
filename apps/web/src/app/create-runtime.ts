import { createChat } from "@relite/core/chat";
import { systemClock } from "@relite/core/clock";
import { createWebLocks } from "@relite/core/sync";
import { QueryClient } from "@tanstack/react-query";
import { toFailure } from "../api/failure.ts";
import { createAnswers } from "../chat/answer.ts";
import { createValueCell } from "../design/value-cell.ts";
import { createTranslations } from "../i18n/create-translations.ts";
import { createDatabase } from "../store/database.ts";
import { createDexieSyncStore } from "../store/dexie-sync-store.ts";
import { readLanguage } from "./preferences.ts";
import type { Runtime } from "./runtime.tsx";

/** Codes that a second try may cure. */
const passing = new Set(["unreachable", "internal", "unavailable", "upstream_timeout"]);

export async function createRuntime(page: Window): Promise<Runtime> {
  const localStorage = storageOf(() => page.localStorage);
  const database = createDatabase("relite");
  const syncStore = createDexieSyncStore(database);
  const locks = createWebLocks(page.navigator.locks);
  const random = () => randomFraction(page.crypto);
  const chat = createChat({ store: syncStore, clock: systemClock, random, locks });
  return {
    database,
    syncStore,
    locks,
    chat,
    answers: createAnswers({ chat, clock: systemClock }),
    clock: systemClock,
    random,
    page,
    fetch: (input, init) => page.fetch(input, init),
    origin: page.location.origin,
    localStorage,
    sessionStorage: storageOf(() => page.sessionStorage),
    translations: await createTranslations(readLanguage(localStorage, page.navigator.languages)),
    queryClient: createQueryClient(),
    overlay: createValueCell(false),
  };
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: "always",
        retry: (count, error) => count < 2 && passing.has(toFailure(error).code),
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** Reading the property itself throws where site data is switched off. */
function storageOf(read: () => Storage): Storage | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function randomFraction(crypto: Crypto): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
