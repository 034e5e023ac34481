import { ActionIcon, Menu, Text, UnstyledButton } from "@mantine/core";
import type { ChatSession } from "@relite/core/chat";
import { IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../design/use-format.ts";
import { RenameSession } from "./rename-session.tsx";
import styles from "./session-list.module.css";
import { useDeleteSession } from "./use-delete-session.ts";

interface Props {
  readonly session: ChatSession;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

export function SessionRow({ session, isOpen, onOpen }: Props) {
  const format = useFormat();
  return (
    <li className={styles.row} data-open={isOpen || undefined}>
      <UnstyledButton className={styles.open} onClick={onOpen} aria-current={isOpen ? "page" : undefined}>
        <Text span display="block" size="sm" fw={500} truncate>
          {session.title}
        </Text>
        <Text span display="block" size="xs" c="dimmed">
          {format.ago(session.updatedAtMs)}
        </Text>
      </UnstyledButton>
      <SessionMenu session={session} />
    </li>
  );
}

/** Rename and delete; the same in the list and above the conversation. */
export function SessionMenu({ session }: { readonly session: ChatSession }) {
  const { t } = useTranslation();
  const [isRenaming, setRenaming] = useState(false);
  const remove = useDeleteSession();
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            className={styles.menu}
            variant="subtle"
            color="gray"
            aria-label={t("chat.actionsFor", { title: session.title })}
          >
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setRenaming(true)}>
            {t("chat.rename")}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove(session)}>
            {t("shell.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RenameSession session={session} isOpen={isRenaming} onClose={() => setRenaming(false)} />
    </>
  );
}
