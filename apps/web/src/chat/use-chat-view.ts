import type { Chat } from "@relite/core/chat";
import { useEffect, useState } from "react";
import { useLocalChat } from "./local-chat.tsx";

/** A reading of the chat that follows every change, here, in another tab or by sync; undefined until first read. */
export function useChatView<View>(key: string, read: (chat: Chat) => Promise<View>): View | undefined {
  const { chat } = useLocalChat();
  const [view, setView] = useState<{ readonly key: string; readonly value: View }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what is read
  useEffect(() => {
    let isOver = false;
    let isReading = false;
    let isStale = false;
    const refresh = async () => {
      if (isReading) {
        isStale = true;
        return;
      }
      isReading = true;
      do {
        isStale = false;
        const value = await read(chat);
        if (!isOver) setView({ key, value });
      } while (isStale && !isOver);
      isReading = false;
    };
    void refresh();
    const stop = chat.onChange(() => void refresh());
    return () => {
      isOver = true;
      stop();
    };
  }, [chat, key]);
  return view?.key === key ? view.value : undefined;
}
