import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { FailureNotice } from "../design/failure-notice.tsx";
import { Panel } from "../design/panel.tsx";
import { AccessGate } from "./access-gate.tsx";
import { DeviceLine } from "./device-line.tsx";
import { accessFailure } from "./endpoint-access.ts";
import type { Access } from "./use-access.ts";

/** The keys that act for the user. */
export function DevicesPanel() {
  const { t } = useTranslation();
  return (
    <Panel id="devices" title={t("access.devices")} hint={t("access.devicesHint")}>
      <AccessGate>{(access) => <DeviceList access={access} />}</AccessGate>
    </Panel>
  );
}

function DeviceList({ access }: { readonly access: Access }) {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: [...access.key, "devices"], queryFn: access.devices, retry: false });
  if (list.isPending) return <Skeleton height={40} />;
  if (list.data === undefined)
    return <FailureNotice failure={accessFailure(list.error)} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("access.noDevices")}
      </Text>
    );
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }} aria-label={t("access.devices")}>
      {list.data.map((device) => (
        <DeviceLine key={device.did} device={device} access={access} />
      ))}
    </Stack>
  );
}
