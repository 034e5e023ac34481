import { Text, Tooltip, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SyncMark } from "../app/sync-indicator.tsx";
import { useSync, useSyncStatus } from "../sync/sync-provider.tsx";
import { useSyncWords } from "../sync/sync-words.ts";
import styles from "./sync-note.module.css";

/** The state of sync in words; a press syncs now. */
export function SyncNote() {
  const { t } = useTranslation();
  const control = useSync();
  const status = useSyncStatus();
  const words = useSyncWords()(status);
  return (
    <Tooltip label={words.todo ?? t("chat.syncNow")} multiline maw={280}>
      <UnstyledButton
        className={styles.note}
        onClick={() => void control?.engine.syncNow()}
        aria-label={t("sync.status", { words: words.title })}
      >
        <SyncMark phase={status.phase} />
        <Text span size="xs" c="dimmed" visibleFrom="xs" style={{ whiteSpace: "nowrap" }}>
          {words.title}
        </Text>
      </UnstyledButton>
    </Tooltip>
  );
}
