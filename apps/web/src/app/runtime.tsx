import type { Clock } from "@relite/core/clock";
import type { QueryClient } from "@tanstack/react-query";
import type { i18n } from "i18next";
import { createContext, useContext } from "react";
import type { ValueCell } from "../design/value-cell.ts";
import type { ReliteDatabase } from "../store/database.ts";

/** What exists once per page, made in `main.tsx` and handed down. */
export interface Runtime {
  readonly database: ReliteDatabase;
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly page: Window;
  /** Where the page was loaded from; the API is there. */
  readonly origin: string;
  readonly localStorage: Storage | null;
  readonly sessionStorage: Storage | null;
  readonly translations: i18n;
  readonly queryClient: QueryClient;
  readonly overlay: ValueCell<boolean>;
}

export const RuntimeContext = createContext<Runtime | null>(null);

export function useRuntime(): Runtime {
  const runtime = useContext(RuntimeContext);
  if (runtime === null) throw new Error("The page has no runtime.");
  return runtime;
}
