import { Loader, Text } from "@mantine/core";
import type { SyncPhase } from "@relite/core/sync";
import {
  IconAlertTriangle,
  IconCloud,
  IconCloudCheck,
  IconCloudOff,
  IconHourglass,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { isBusy } from "../sync/sync-phase.ts";
import { useSyncStatus } from "../sync/sync-provider.tsx";
import { useSyncWords } from "../sync/sync-words.ts";
import styles from "./shell.module.css";

/** In words, what sync does at the moment; leads to its settings. */
export function SyncIndicator() {
  const { t } = useTranslation();
  const status = useSyncStatus();
  const words = useSyncWords()(status);
  return (
    <Link
      to="/settings"
      hash="sync"
      className={styles.quiet}
      aria-label={t("sync.status", { words: words.title })}
    >
      <SyncMark phase={status.phase} />
      <Text span inherit truncate>
        {words.title}
      </Text>
    </Link>
  );
}

export function SyncMark({ phase }: { readonly phase: SyncPhase }) {
  if (isBusy(phase)) return <Loader size={16} color="gray" aria-hidden />;
  const Icon = iconByPhase[phase] ?? IconCloud;
  const color = phase === "attention" ? "var(--mantine-color-error)" : undefined;
  return <Icon size={18} stroke={1.6} color={color} aria-hidden />;
}

const iconByPhase: Partial<Record<SyncPhase, typeof IconCloud>> = {
  done: IconCloudCheck,
  offline: IconCloudOff,
  attention: IconAlertTriangle,
  waiting: IconHourglass,
};
