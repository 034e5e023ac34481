import { Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../app/session.tsx";
import { CopyText } from "../design/copy-text.tsx";
import { useFormat } from "../design/use-format.ts";
import type { Device } from "./access-rows.ts";
import { agentName } from "./agent-name.ts";
import { ChangeButton } from "./change-button.tsx";
import type { Access } from "./use-access.ts";

interface Props {
  readonly device: Device;
  readonly access: Access;
  readonly queryKey: readonly string[];
}

export function DeviceLine({ device, access, queryKey }: Props) {
  const { t } = useTranslation();
  const { identity } = useSession();
  const isThis = device.did === identity.deviceDid;
  const isLost = device.lostMs !== null;
  const name = agentName(device.agent) ?? t("access.unknownDevice");
  const change = isLost ? "find" : "lose";
  const mayChange = isLost ? access.hasOwnerKey : !isThis && !device.isOwnerKey;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <DeviceFacts device={device} name={name} isThis={isThis} />
      {mayChange && (
        <ChangeButton
          label={t(`access.${change}.action`)}
          fullLabel={t(`access.${change}.actionNamed`, { name })}
          title={t(`access.${change}.title`, { name })}
          text={t(`access.${change}.text`)}
          done={t(`access.${change}.done`, { name })}
          run={() => (isLost ? access.findDevice(device.did) : access.loseDevice(device.did))}
          queryKey={queryKey}
          color={isLost ? "gray" : "red"}
        />
      )}
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
