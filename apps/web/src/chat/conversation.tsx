import { ActionIcon, Button, Group, Skeleton, Stack, Title } from "@mantine/core";
import type { ChatMessage, ChatSession } from "@relite/core/chat";
import { IconArrowLeft, IconMessageOff } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../design/empty-state.tsx";
import { Composer } from "./composer.tsx";
import styles from "./conversation.module.css";
import { useLocalChat } from "./local-chat.tsx";
import { MessageList } from "./message-list.tsx";
import { SessionMenu } from "./session-row.tsx";
import { titleFrom } from "./snippet.ts";
import { SyncNote } from "./sync-note.tsx";
import { useChatView } from "./use-chat-view.ts";
import { useProvider } from "./use-provider.ts";

interface Props {
  readonly sessionId: string;
  readonly onLeave: () => void;
}

export function Conversation({ sessionId, onLeave }: Props) {
  const { t } = useTranslation();
  const session = useChatView(`session ${sessionId}`, (chat) => chat.session(sessionId));
  const messages = useChatView(`messages ${sessionId}`, (chat) => chat.messages(sessionId));
  if (session === undefined || messages === undefined)
    return (
      <Stack p="xl" gap="md">
        <Skeleton height={28} width="40%" />
        <Skeleton height={60} width="70%" />
      </Stack>
    );
  if (session === null)
    return (
      <EmptyState
        icon={IconMessageOff}
        title={t("chat.goneTitle")}
        actions={<Button onClick={onLeave}>{t("chat.toSessions")}</Button>}
      >
        {t("chat.goneText")}
      </EmptyState>
    );
  return <OpenConversation session={session} messages={messages} onLeave={onLeave} />;
}

function OpenConversation(props: {
  readonly session: ChatSession;
  readonly messages: readonly ChatMessage[];
  readonly onLeave: () => void;
}) {
  const { session, messages } = props;
  const { t } = useTranslation();
  const talk = useTalk(session, messages);
  return (
    <>
      <header className={styles.head}>
        <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
          <ActionIcon
            hiddenFrom="sm"
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("chat.toSessions")}
            onClick={props.onLeave}
          >
            <IconArrowLeft size={20} aria-hidden />
          </ActionIcon>
          <Title order={1} className={styles.title}>
            {session.title}
          </Title>
          <SessionMenu session={session} />
        </Group>
        <SyncNote />
      </header>
      <MessageList messages={messages} onRetry={(message) => void talk.retry(message)} />
      <Composer
        key={session.id}
        providerState={talk.providerState}
        isAnswering={talk.isAnswering}
        onSend={talk.send}
        onStop={talk.stop}
      />
    </>
  );
}

/** What the user can do in a session: say something, stop the answer, have it tried again. */
function useTalk(session: ChatSession, messages: readonly ChatMessage[]) {
  const { t } = useTranslation();
  const { chat, answers } = useLocalChat();
  const provider = useProvider();
  const running = useSyncExternalStore(answers.running.subscribe, answers.running.get);
  const answer = (model: string) => answers.answer(session.id, model, provider.complete);
  return {
    providerState: provider.state,
    isAnswering: running.has(session.id),
    stop: () => answers.stop(session.id),
    send: async (text: string) => {
      const model = await provider.findModel();
      await chat.addMessage(session.id, { role: model === null ? "note" : "user", text });
      if (messages.length === 0 && session.title === t("chat.untitled"))
        await chat.renameSession(session.id, titleFrom(text));
      if (model !== null) void answer(model);
    },
    retry: async (message: ChatMessage) => {
      const model = await provider.findModel();
      await chat.deleteMessage(session.id, message.id);
      await answer(model ?? message.model ?? "");
    },
  };
}
