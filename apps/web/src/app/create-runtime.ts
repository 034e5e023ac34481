import { systemClock } from "@relite/core/clock";
import { QueryClient } from "@tanstack/react-query";
import { createValueCell } from "../design/value-cell.ts";
import { createTranslations } from "../i18n/create-translations.ts";
import { createDatabase } from "../store/database.ts";
import { readLanguage } from "./preferences.ts";
import type { Runtime } from "./runtime.tsx";

export async function createRuntime(page: Window): Promise<Runtime> {
  const localStorage = storageOf(() => page.localStorage);
  return {
    database: createDatabase("relite"),
    clock: systemClock,
    random: () => randomFraction(page.crypto),
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
        retry: (count, error) => count < 2 && !isRefusal(error),
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** The server answered, and said no: asking again changes nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "data" in error && error.data != null;
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
