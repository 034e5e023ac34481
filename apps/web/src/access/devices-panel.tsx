import { useTranslation } from "react-i18next";
import { Panel } from "../design/panel.tsx";
import { AccessGate } from "./access-gate.tsx";
import { AccessList } from "./access-list.tsx";
import { DeviceLine } from "./device-line.tsx";
import type { Access } from "./use-access.ts";

/** The keys that act for the user. */
export function DevicesPanel() {
  const { t } = useTranslation();
  return (
    <Panel id="devices" title={t("access.devices")} hint={t("access.devicesHint")}>
      <AccessGate>{(access) => <Devices access={access} />}</AccessGate>
    </Panel>
  );
}

function Devices({ access }: { readonly access: Access }) {
  const { t } = useTranslation();
  const queryKey = [...access.key, "devices"];
  return (
    <AccessList
      name={t("access.devices")}
      queryKey={queryKey}
      rows={access.devices}
      empty={t("access.noDevices")}
    >
      {(device) => <DeviceLine key={device.did} device={device} access={access} queryKey={queryKey} />}
    </AccessList>
  );
}
