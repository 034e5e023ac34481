import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Failure } from "../api/failure.ts";
import { FailureNotice } from "../design/failure-notice.tsx";

interface Props {
  readonly isOpen: boolean;
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly isPending: boolean;
  readonly failure: Failure | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Says what will happen before it happens; the safe way out has the focus. */
export function ConfirmDialog(props: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.isOpen} onClose={props.onClose} title={props.title}>
      <Stack gap="md">
        <Text>{props.text}</Text>
        {props.failure !== null && <FailureNotice failure={props.failure} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {t("shell.cancel")}
          </Button>
          <Button color="red" loading={props.isPending} onClick={props.onConfirm}>
            {props.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
