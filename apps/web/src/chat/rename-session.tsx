import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import type { ChatSession } from "@relite/core/chat";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocalChat } from "./local-chat.tsx";

interface Props {
  readonly session: ChatSession;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function RenameSession({ session, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} title={t("chat.renameTitle")}>
      <RenameForm key={session.title} session={session} onClose={onClose} />
    </Modal>
  );
}

function RenameForm({ session, onClose }: Omit<Props, "isOpen">) {
  const { t } = useTranslation();
  const { chat } = useLocalChat();
  const [title, setTitle] = useState(session.title);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void chat.renameSession(session.id, title).then(onClose);
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <TextInput
        label={t("chat.title")}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={500}
        data-autofocus
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("shell.cancel")}
        </Button>
        <Button type="submit" disabled={title.trim() === ""}>
          {t("shell.save")}
        </Button>
      </Group>
    </Stack>
  );
}
