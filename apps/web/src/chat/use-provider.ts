import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSession } from "../app/session.tsx";
import type { Complete } from "./answer.ts";

/** What answers in chat. */
export interface Provider {
  /** `unknown` while the server was not heard. */
  readonly state: "ready" | "none" | "unknown";
  /** The model that will answer; null when none is set up or the server cannot be asked. */
  readonly findModel: () => Promise<string | null>;
  readonly complete: Complete;
}

export function useProvider(): Provider {
  const { api, trpc } = useSession();
  const queryClient = useQueryClient();
  const options = trpc.settings.get.queryOptions(undefined, { staleTime: 30_000 });
  const settings = useQuery(options);
  const chat = settings.data?.chat;
  return {
    state: chat === undefined ? "unknown" : chat.baseUrl === null ? "none" : "ready",
    findModel: async () => {
      try {
        const { chat } = await queryClient.ensureQueryData({ ...options, retry: false });
        return chat.baseUrl === null ? null : (chat.model ?? "");
      } catch {
        return null;
      }
    },
    complete: (messages, signal) => api.chat.complete.mutate({ messages: [...messages] }, { signal }),
  };
}
