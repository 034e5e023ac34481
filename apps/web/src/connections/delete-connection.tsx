import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import type { ConnectionRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { toastDone } from "../design/toasts.ts";

interface Props {
  readonly connection: ConnectionRow;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Says what goes and what stays before anything goes. */
export function DeleteConnection({ connection, isOpen, onClose }: Props) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  const remove = useMutation(
    trpc.connections.delete.mutationOptions({
      onSuccess: async () => {
        toastDone(t("connections.deleted", { name: connection.name }));
        onClose();
        await queryClient.invalidateQueries();
      },
    }),
  );
  return (
    <Modal opened={isOpen} onClose={onClose} title={t("connections.deleteTitle", { name: connection.name })}>
      <Stack gap="md">
        <Text>{t("connections.deleteText")}</Text>
        {remove.isError && <FailureNotice failure={toFailure(remove.error)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("shell.cancel")}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate({ id: connection.id })}>
            {t("connections.deleteAction")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
