import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../app/session.tsx";
import { CopyText } from "../design/copy-text.tsx";
import { toastDone } from "../design/toasts.ts";
import { useFormat } from "../design/use-format.ts";
import type { Device } from "./access-rows.ts";
import { agentName } from "./agent-name.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { accessFailure } from "./endpoint-access.ts";
import type { Access } from "./use-access.ts";

interface Props {
  readonly device: Device;
  readonly access: Access;
}

export function DeviceLine({ device, access }: Props) {
  const { t } = useTranslation();
  const { identity } = useSession();
  const isThis = device.did === identity.deviceDid;
  const isLost = device.lostMs !== null;
  const name = agentName(device.agent) ?? t("access.unknownDevice");
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <DeviceFacts device={device} name={name} isThis={isThis} />
      {isLost
        ? access.hasOwnerKey && <ChangeButton change="find" device={device} name={name} access={access} />
        : !isThis &&
          !device.isOwnerKey && <ChangeButton change="lose" device={device} name={name} access={access} />}
    </Group>
  );
}

interface FactsProps {
  readonly device: Device;
  readonly name: string;
  readonly isThis: boolean;
}

function DeviceFacts({ device, name, isThis }: FactsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const badge = (color: string, text: string) => (
    <Badge variant="light" color={color} tt="none" fw={500}>
      {text}
    </Badge>
  );
  return (
    <Stack gap={2} miw={0}>
      <Group gap="xs">
        <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
        {isThis && badge("pine", t("access.thisDevice"))}
        {device.isOwnerKey && badge("blue", t("access.ownerKey"))}
        {device.lostMs !== null && badge("red", t("access.lostSince", { when: format.day(device.lostMs) }))}
      </Group>
      <CopyText text={device.did} name={t("access.deviceKey")} />
      {device.lastSeenMs !== null && (
        <Text size="xs" c="dimmed">
          {t("access.lastSeen", { when: format.ago(device.lastSeenMs) })}
        </Text>
      )}
    </Stack>
  );
}

function ChangeButton({
  change,
  device,
  name,
  access,
}: Props & { readonly change: "lose" | "find"; readonly name: string }) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  const queryClient = useQueryClient();
  const run = useMutation({
    mutationFn: () => (change === "lose" ? access.loseDevice(device.did) : access.findDevice(device.did)),
    onSuccess: () => {
      toastDone(t(`access.${change}.done`, { name }));
      setAsked(false);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [...access.key, "devices"] }),
  });
  return (
    <>
      <Button
        variant="subtle"
        color={change === "lose" ? "red" : "gray"}
        size="compact-sm"
        style={{ flexShrink: 0 }}
        onClick={() => setAsked(true)}
        aria-label={t(`access.${change}.actionNamed`, { name })}
      >
        {t(`access.${change}.action`)}
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={t(`access.${change}.title`, { name })}
        text={t(`access.${change}.text`)}
        action={t(`access.${change}.action`)}
        isPending={run.isPending}
        failure={run.isError ? accessFailure(run.error) : null}
        onConfirm={() => run.mutate()}
      />
    </>
  );
}
