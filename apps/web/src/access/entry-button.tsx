import { Text, UnstyledButton } from "@mantine/core";
import { IconCheck, IconChevronRight, IconFile, IconFolder } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../design/use-format.ts";
import type { FolderEntry } from "./list-folder.ts";
import styles from "./place-picker.module.css";

interface Props {
  readonly entry: FolderEntry;
  readonly isChosen: boolean;
  readonly onClick: () => void;
}

/** A folder to open, or a file to choose. */
export function EntryButton({ entry, isChosen, onClick }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name, isFolder, sizeBytes } = entry;
  const Icon = isFolder ? IconFolder : IconFile;
  const state = isFolder ? { "aria-label": t("shares.openFolder", { name }) } : { "aria-pressed": isChosen };
  return (
    <UnstyledButton className={styles.entry} data-chosen={isChosen || undefined} onClick={onClick} {...state}>
      <Icon size={18} stroke={1.6} aria-hidden className={styles.icon} />
      <Text span size="sm" className={styles.name}>
        <bdi>{name}</bdi>
      </Text>
      {sizeBytes !== null && !isFolder && (
        <Text span size="xs" c="dimmed" className={styles.size}>
          {format.bytes(sizeBytes)}
        </Text>
      )}
      {isFolder && <IconChevronRight size={16} stroke={1.6} aria-hidden className={styles.icon} />}
      {isChosen && <IconCheck size={16} stroke={2} aria-hidden className={styles.icon} />}
    </UnstyledButton>
  );
}
