import {
  ActionIcon,
  CloseButton,
  Group,
  ScrollArea,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
  Tooltip,
} from "@mantine/core";
import { IconEdit, IconSearch } from "@tabler/icons-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { SearchHits } from "./search-hits.tsx";
import styles from "./session-list.module.css";
import { SessionRow } from "./session-row.tsx";
import { useChatView } from "./use-chat-view.ts";

interface Props {
  readonly openId: string | undefined;
  readonly onOpen: (sessionId: string) => void;
  readonly onCreate: () => void;
}

export function SessionList(props: Props) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim());
  return (
    <>
      <div className={styles.head}>
        <Group justify="space-between" wrap="nowrap" mb="sm">
          <Title order={1} fz="1.5rem">
            {t("shell.chat")}
          </Title>
          <Tooltip label={t("chat.new")}>
            <ActionIcon
              variant="light"
              size="lg"
              aria-label={t("chat.new")}
              onClick={props.onCreate}
              data-shortcut="new"
            >
              <IconEdit size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
        <TextInput
          type="search"
          aria-label={t("chat.search")}
          placeholder={t("chat.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            query === "" ? null : (
              <CloseButton size="sm" aria-label={t("chat.clearSearch")} onClick={() => setQuery("")} />
            )
          }
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          data-shortcut="search"
        />
      </div>
      <ScrollArea className={styles.scroll} type="hover" viewportProps={{ tabIndex: -1 }}>
        {wanted === "" ? <AllSessions {...props} /> : <SearchHits query={wanted} onOpen={props.onOpen} />}
      </ScrollArea>
    </>
  );
}

function AllSessions({ openId, onOpen, onCreate }: Props) {
  const { t } = useTranslation();
  const sessions = useChatView("sessions", (chat) => chat.sessions());
  if (sessions === undefined)
    return (
      <Stack gap="xs" p="sm">
        <Skeleton height={44} />
        <Skeleton height={44} />
        <Skeleton height={44} />
      </Stack>
    );
  if (sessions.length === 0)
    return (
      <Stack gap={4} p="md" align="flex-start">
        <Text size="sm" c="dimmed">
          {t("chat.noSessions")}
        </Text>
        <button type="button" className={styles.startLink} onClick={onCreate}>
          {t("chat.start")}
        </button>
      </Stack>
    );
  return (
    <ul className={styles.list} aria-label={t("chat.sessions")}>
      {sessions.map((session) => (
        <SessionRow
          key={session.id}
          session={session}
          isOpen={session.id === openId}
          onOpen={() => onOpen(session.id)}
        />
      ))}
    </ul>
  );
}
