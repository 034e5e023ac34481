import { Button, Group, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FailureNotice } from "../design/failure-notice.tsx";
import { accessFailure } from "./endpoint-access.ts";

interface Props {
  readonly label: string;
  /** Whether what is filled in can be signed. */
  readonly isReady: boolean;
  /** Hands on what it made and returns nothing: a secret must not stay in the cache of mutations. */
  readonly create: () => Promise<void>;
  readonly onCancel: () => void;
  /** The list that is another one afterwards. */
  readonly queryKey: readonly string[];
  readonly children: ReactNode;
}

/** Asks for an app password or a share link; what went wrong is said above the buttons. */
export function OrderForm({ label, isReady, create, onCancel, queryKey, children }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const run = useMutation({
    mutationFn: create,
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) run.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={label}>
      <Stack gap="md">
        {children}
        {run.isError && <FailureNotice failure={accessFailure(run.error)} />}
        <Group gap="sm">
          <Button type="submit" loading={run.isPending} disabled={!isReady}>
            {t("access.create")}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t("shell.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
