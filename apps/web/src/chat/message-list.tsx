import type { ChatMessage } from "@relite/core/chat";
import { IconMessages } from "@tabler/icons-react";
import { useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../design/empty-state.tsx";
import styles from "./conversation.module.css";
import { Message } from "./message.tsx";

interface Props {
  readonly messages: readonly ChatMessage[];
  readonly onRetry: (message: ChatMessage) => void;
}

const nearPx = 80;

/** Follows the newest message while the user is at the end, and stays put while they read above. */
export function MessageList({ messages, onRetry }: Props) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const content = useRef<HTMLOListElement>(null);
  const isEmpty = messages.length === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list comes with the first message
  useLayoutEffect(() => {
    const [outer, inner] = [scroller.current, content.current];
    if (outer === null || inner === null) return;
    // Also grows without a new message: words arrive, formatting is loaded, the window turns.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) outer.scrollTop = outer.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(outer);
    return () => observer.disconnect();
  }, [isEmpty]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = () => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx;
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={scroller} className={styles.scroll} tabIndex={0} aria-label={t("chat.messages")}>
      {isEmpty ? (
        <EmptyState icon={IconMessages} title={t("chat.emptyTitle")}>
          {t("chat.emptyText")}
        </EmptyState>
      ) : (
        <ol ref={content} className={styles.messages} aria-label={t("chat.messages")}>
          {messages.map((message) => (
            <Message key={message.id} message={message} onRetry={() => onRetry(message)} />
          ))}
        </ol>
      )}
    </section>
  );
}
