import { useDocumentTitle } from "@mantine/hooks";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import styles from "./chat-page.module.css";
import { ChatWelcome } from "./chat-welcome.tsx";
import { Conversation } from "./conversation.tsx";
import { useLocalChat } from "./local-chat.tsx";
import { SessionList } from "./session-list.tsx";

/** Sessions on the left, one conversation on the right; on a phone one of the two. */
export function ChatPage() {
  const { t } = useTranslation();
  const { chat } = useLocalChat();
  const navigate = useNavigate();
  const { sessionId } = useParams({ strict: false });
  useDocumentTitle(`${t("shell.chat")} · Relite`);
  const open = (id: string | null) =>
    id === null ? navigate({ to: "/chat" }) : navigate({ to: "/chat/$sessionId", params: { sessionId: id } });
  const create = async () => {
    const session = await chat.createSession(t("chat.untitled"));
    await open(session.id);
  };
  return (
    <div className={styles.page} data-open={sessionId !== undefined || undefined}>
      <section className={styles.sessions} aria-label={t("chat.sessions")}>
        <SessionList openId={sessionId} onOpen={(id) => void open(id)} onCreate={() => void create()} />
      </section>
      <section className={styles.conversation} aria-label={t("chat.conversation")}>
        {sessionId === undefined ? (
          <ChatWelcome onCreate={() => void create()} />
        ) : (
          <Conversation key={sessionId} sessionId={sessionId} onLeave={() => void open(null)} />
        )}
      </section>
    </div>
  );
}
