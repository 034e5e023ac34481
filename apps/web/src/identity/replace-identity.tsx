import { Modal, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Notice } from "../design/notice.tsx";
import { RestoreForm } from "./restore-identity.tsx";

interface Props {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Another identity takes the place of the one in this browser. */
export function ReplaceIdentity({ isOpen, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} title={t("identity.restoreTitle")} size="lg">
      <Stack gap="md">
        <Notice tone="warning" title={t("identity.replaceTitle")}>
          {t("identity.replaceText")}
        </Notice>
        <RestoreForm onCancel={onClose} onDone={onClose} />
      </Stack>
    </Modal>
  );
}
