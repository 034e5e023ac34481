import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import type { ConnectionRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { useFailureText } from "../design/failure-notice.tsx";
import { toastDone, toastFailed } from "../design/toasts.ts";

/** What the buttons of one connection do. */
export function useConnectionCommands(connection: ConnectionRow) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  const failureText = useFailureText();
  const [isDeleting, setDeleting] = useState(false);
  const showFailure = (error: unknown) => {
    const { title, todo } = failureText(toFailure(error));
    toastFailed(title, todo);
  };
  const sync = useMutation(
    trpc.connections.sync.mutationOptions({
      onError: showFailure,
      onSettled: () => queryClient.invalidateQueries(trpc.jobs.pathFilter()),
    }),
  );
  const check = useMutation(
    trpc.connections.check.mutationOptions({
      onError: showFailure,
      onSuccess: ({ failure, server }) => {
        if (failure === null)
          return toastDone(
            t("connections.checkedWell", { name: connection.name, server: server ?? "WebDAV" }),
          );
        const { title, todo } = failureText(failure);
        toastFailed(`${connection.name}: ${title}`, todo);
      },
      onSettled: () => queryClient.invalidateQueries(trpc.connections.pathFilter()),
    }),
  );
  return {
    sync: () => sync.mutate({ id: connection.id }),
    check: () => check.mutate({ id: connection.id }),
    isStarting: sync.isPending,
    isDeleting,
    setDeleting,
  };
}
