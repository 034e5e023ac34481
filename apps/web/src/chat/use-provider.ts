import { useQuery } from "@tanstack/react-query";
import { useSession } from "../app/session.tsx";
import type { Complete } from "./answer.ts";

/** The model that answers; `unknown` while the server was not heard, null when none is set up. */
export function useProvider(): {
  readonly state: "ready" | "none" | "unknown";
  readonly model: string;
  readonly complete: Complete;
} {
  const { api, trpc } = useSession();
  const settings = useQuery(trpc.settings.get.queryOptions(undefined, { staleTime: 30_000 }));
  const chat = settings.data?.chat;
  const state = chat === undefined ? "unknown" : chat.baseUrl === null ? "none" : "ready";
  return {
    state,
    model: chat?.model ?? "",
    complete: (messages, signal) => api.chat.complete.mutate({ messages: [...messages] }, { signal }),
  };
}
