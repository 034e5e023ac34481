import { Badge, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { toastDone } from "../design/toasts.ts";
import { useFormat } from "../design/use-format.ts";
import type { AppPassword } from "./access-rows.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { accessFailure } from "./endpoint-access.ts";
import type { Access } from "./use-access.ts";

interface Props {
  readonly password: AppPassword;
  readonly access: Access;
}

export function AppPasswordLine({ password, access }: Props) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  const name = password.label === "" ? t("access.unnamed") : password.label;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <PasswordFacts password={password} name={name} />
      <Button
        variant="subtle"
        color="red"
        size="compact-sm"
        onClick={() => setAsked(true)}
        aria-label={t("access.revokeNamed", { name })}
      >
        {t("access.revoke")}
      </Button>
      <RevokeDialog
        access={access}
        id={password.id}
        name={name}
        isOpen={isAsked}
        onClose={() => setAsked(false)}
      />
    </Group>
  );
}

function PasswordFacts({ password, name }: { readonly password: AppPassword; readonly name: string }) {
  const { t } = useTranslation();
  const { clock } = useRuntime();
  const format = useFormat();
  const { action, app, path, expiresMs, lastUsedMs } = password;
  const hasEnded = expiresMs <= clock.nowMs();
  return (
    <Stack gap={2} miw={0}>
      <Group gap="xs">
        <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
        <Badge variant="light" color={action === "write" ? "pine" : "blue"} tt="none" fw={500}>
          {t(`access.action.${action}`)}
        </Badge>
        {hasEnded && (
          <Badge variant="light" color="gray" tt="none" fw={500}>
            {t("access.ended")}
          </Badge>
        )}
      </Group>
      <Code style={{ overflowWrap: "anywhere", width: "fit-content" }}>
        {path === "" ? app : `${app}/${path}`}
      </Code>
      <Text size="xs" c="dimmed">
        {t("access.until", { when: format.day(expiresMs) })}
        {" · "}
        {lastUsedMs === null ? t("access.neverUsed") : t("access.lastUsed", { when: format.ago(lastUsedMs) })}
      </Text>
    </Stack>
  );
}

interface RevokeProps {
  readonly access: Access;
  readonly id: string;
  readonly name: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function RevokeDialog({ access, id, name, isOpen, onClose }: RevokeProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => access.revokeAppPassword(id),
    onSuccess: () => {
      toastDone(t("access.revoked", { name }));
      onClose();
      return queryClient.invalidateQueries({ queryKey: [...access.key, "passwords"] });
    },
  });
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={t("access.revokeTitle", { name })}
      text={t("access.revokeText")}
      action={t("access.revoke")}
      isPending={revoke.isPending}
      failure={revoke.isError ? accessFailure(revoke.error) : null}
      onConfirm={() => revoke.mutate()}
    />
  );
}
