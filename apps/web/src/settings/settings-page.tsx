import { Stack, Text } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { AppPasswordsPanel } from "../access/app-passwords-panel.tsx";
import { DevicesPanel } from "../access/devices-panel.tsx";
import { ShareLinksPanel } from "../access/share-links-panel.tsx";
import { useSession } from "../app/session.tsx";
import { PageFrame } from "../design/page-frame.tsx";
import { AppearancePanel } from "./appearance-panel.tsx";
import { EndpointPanel } from "./endpoint-panel.tsx";
import { IdentityPanel } from "./identity-panel.tsx";
import { MembersPanel } from "./members-panel.tsx";
import { ProviderPanel } from "./provider-panel.tsx";
import { SyncPanel } from "./sync-panel.tsx";

export function SettingsPage() {
  const { t } = useTranslation();
  const { server } = useSession();
  useScrollToHash();
  return (
    <PageFrame title={t("shell.settings")} width="reading">
      <Stack gap="lg">
        <AppearancePanel />
        <IdentityPanel />
        <SyncPanel />
        <EndpointPanel />
        <AppPasswordsPanel />
        <ShareLinksPanel />
        <DevicesPanel />
        <ProviderPanel />
        <MembersPanel />
        <Text size="xs" c="dimmed">
          {t("settings.version", { version: server.version })}
        </Text>
      </Stack>
    </PageFrame>
  );
}

/** `/settings#provider`: the panel asked for comes into view. */
function useScrollToHash() {
  const { hash } = useLocation();
  useEffect(() => {
    if (hash !== "") document.getElementById(hash)?.scrollIntoView({ block: "start" });
  }, [hash]);
}
