import { Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import styles from "./session-list.module.css";
import { snippetAround } from "./snippet.ts";
import { useChatView } from "./use-chat-view.ts";

export function SearchHits(props: { readonly query: string; readonly onOpen: (sessionId: string) => void }) {
  const { t } = useTranslation();
  const hits = useChatView(`search ${props.query}`, (chat) => chat.search(props.query));
  if (hits === undefined) return null;
  if (hits.length === 0)
    return (
      <Text size="sm" c="dimmed" p="md" role="status">
        {t("chat.nothingFound")}
      </Text>
    );
  return (
    <ul className={styles.list} aria-label={t("chat.results")}>
      {hits.map(({ session, message }) => (
        <li key={message?.id ?? session.id} className={styles.row}>
          <UnstyledButton className={styles.open} onClick={() => props.onOpen(session.id)}>
            <Text span display="block" size="sm" fw={500} truncate>
              {session.title}
            </Text>
            {message !== null && (
              <Text span size="xs" c="dimmed" lineClamp={2}>
                {snippetAround(message.text, props.query)}
              </Text>
            )}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
