import { Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../design/notice.tsx";

interface Props {
  readonly title: string;
  /** What to do with it before it is closed. */
  readonly text: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A secret, shown once: only a button closes it, no stray click or key. */
export function ToldDialog({ title, text, onClose, children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Notice tone="warning" title={t("access.made.once")}>
          {text}
        </Notice>
        {children}
      </Stack>
    </Modal>
  );
}
