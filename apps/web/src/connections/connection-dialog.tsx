import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import type { ConnectionRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { toastDone } from "../design/toasts.ts";
import { ConnectionForm } from "./connection-form.tsx";
import { type ConnectionInput, toChangedAuth, toNewAuth } from "./connection-input.ts";

interface Props {
  readonly editing: { readonly connection: ConnectionRow | null } | null;
  readonly onClose: () => void;
}

/** Adding and changing: the server is tried before anything is stored. */
export function ConnectionDialog({ editing, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={editing !== null}
      onClose={onClose}
      size="lg"
      title={t(editing?.connection == null ? "connections.addTitle" : "connections.editTitle")}
    >
      {editing !== null && <SavingForm connection={editing.connection} onClose={onClose} />}
    </Modal>
  );
}

function SavingForm(props: { readonly connection: ConnectionRow | null; readonly onClose: () => void }) {
  const { connection, onClose } = props;
  const { t } = useTranslation();
  const { api, trpc } = useSession();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: async (input: ConnectionInput) => {
      const facts = { name: input.name.trim(), url: input.url.trim() };
      if (connection !== null)
        return api.connections.update.mutate({ id: connection.id, ...facts, auth: toChangedAuth(input) });
      return api.connections.create.mutate({ ...facts, auth: toNewAuth(input) });
    },
    onSuccess: async ({ name }) => {
      toastDone(t(connection === null ? "connections.added" : "connections.saved", { name }));
      onClose();
      await queryClient.invalidateQueries(trpc.connections.pathFilter());
      await queryClient.invalidateQueries(trpc.jobs.pathFilter());
    },
  });
  return (
    <ConnectionForm
      before={connection}
      failure={save.isError ? toFailure(save.error) : null}
      isSaving={save.isPending}
      onSave={save.mutate}
      onCancel={onClose}
    />
  );
}
