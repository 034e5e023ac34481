import { Button, Group, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { SyncMark } from "../app/sync-indicator.tsx";
import { Panel } from "../design/panel.tsx";
import { isBusy } from "../sync/sync-phase.ts";
import { saveAutomatic, useAutomatic, useSync, useSyncStatus } from "../sync/sync-provider.tsx";
import { useSyncWords } from "../sync/sync-words.ts";
import { RequestTable } from "./request-table.tsx";

export function SyncPanel() {
  const { t } = useTranslation();
  const { database } = useRuntime();
  const control = useSync();
  const status = useSyncStatus();
  const isAutomatic = useAutomatic();
  const words = useSyncWords()(status);
  const isEmptyRemote = status.phase === "attention" && status.reason === "remote_empty";
  return (
    <Panel id="sync" title={t("settings.sync")} hint={t("settings.syncHint")}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" align="flex-start" role="status" flex={1} miw={200}>
          <SyncMark phase={status.phase} />
          <div>
            <Text fw={500}>{words.title}</Text>
            {words.todo !== null && (
              <Text size="sm" c="dimmed">
                {words.todo}
              </Text>
            )}
          </div>
        </Group>
        <Group gap="xs">
          {isEmptyRemote && (
            <Button variant="default" onClick={() => void control?.engine.publishAgain()}>
              {t("settings.publishAgain")}
            </Button>
          )}
          <Button loading={isBusy(status.phase)} onClick={() => void control?.engine.syncNow()}>
            {t("settings.syncNow")}
          </Button>
        </Group>
      </Group>
      <Switch
        label={t("settings.automatic")}
        description={t("settings.automaticHint")}
        checked={isAutomatic ?? true}
        onChange={(event) => void saveAutomatic(database.settings, event.currentTarget.checked)}
      />
      {control !== null && <RequestTable log={control.log} />}
    </Panel>
  );
}
