import { ActionIcon, Badge, Button, Group, Menu, Paper, Stack, Text, Title } from "@mantine/core";
import { IconDots, IconPencil, IconRefresh, IconStethoscope, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConnectionRow, JobRow } from "../api/rows.ts";
import { FailureNotice } from "../design/failure-notice.tsx";
import { useFormat } from "../design/use-format.ts";
import { DeleteConnection } from "./delete-connection.tsx";
import { isOver } from "./job-order.ts";
import { JobProgress } from "./job-progress.tsx";
import { useConnectionCommands } from "./use-connection-commands.ts";

interface Props {
  readonly connection: ConnectionRow;
  readonly job: JobRow | undefined;
  readonly onEdit: () => void;
}

export function ConnectionCard({ connection, job, onEdit }: Props) {
  const { t } = useTranslation();
  const commands = useConnectionCommands(connection);
  const running = job !== undefined && !isOver(job) ? job : null;
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="article" aria-label={connection.name}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Title order={2} style={{ overflowWrap: "anywhere" }}>
                {connection.name}
              </Title>
              <StatusBadge status={connection.status} isSyncing={running !== null} />
            </Group>
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {connection.url}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="light"
              visibleFrom="xs"
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={commands.sync}
              loading={commands.isStarting}
              disabled={running !== null}
            >
              {t("connections.syncNow")}
            </Button>
            <CardMenu commands={commands} canSync={running === null} onEdit={onEdit} />
          </Group>
        </Group>
        {running === null ? <Facts connection={connection} /> : <JobProgress job={running} />}
        {connection.failure !== null && running === null && !isProposal(connection.failure.reason) && (
          <FailureNotice failure={connection.failure} onRetry={commands.sync} />
        )}
      </Stack>
      <DeleteConnection
        connection={connection}
        isOpen={commands.isDeleting}
        onClose={() => commands.setDeleting(false)}
      />
    </Paper>
  );
}

/** What waits for a decision is told above the list, not as a failure. */
function isProposal(reason: string | null): boolean {
  return reason === "many_missing" || reason === "root_empty" || reason === "server_changed";
}

const colorByStatus = { idle: "gray", ok: "pine", failing: "orange", stopped: "red" } as const;

function StatusBadge(props: { readonly status: ConnectionRow["status"]; readonly isSyncing: boolean }) {
  const { t } = useTranslation();
  if (props.isSyncing)
    return (
      <Badge variant="light" color="blue" tt="none" fw={500}>
        {t("connections.syncing")}
      </Badge>
    );
  return (
    <Badge variant="light" color={colorByStatus[props.status]} tt="none" fw={500}>
      {t(`connections.status.${props.status}`)}
    </Badge>
  );
}

/** Counts and times in one line. */
function Facts({ connection }: { readonly connection: ConnectionRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { present, missing } = connection.books;
  const synced =
    connection.lastSyncAt === null
      ? t("connections.neverSynced")
      : t("connections.synced", { when: format.ago(Date.parse(connection.lastSyncAt)) });
  return (
    <Group gap="xs" c="dimmed" fz="sm">
      <Link to="/library" search={{ connection: connection.id }} className="quiet-link">
        {t("connections.books", { count: present, number: format.count(present) })}
      </Link>
      {missing > 0 && (
        <>
          <span aria-hidden>·</span>
          <Link to="/library" search={{ connection: connection.id, show: "missing" }} className="quiet-link">
            {t("connections.missing", { count: missing, number: format.count(missing) })}
          </Link>
        </>
      )}
      <span aria-hidden>·</span>
      <Text span inherit>
        {synced}
      </Text>
    </Group>
  );
}

function CardMenu(props: {
  readonly commands: ReturnType<typeof useConnectionCommands>;
  readonly canSync: boolean;
  readonly onEdit: () => void;
}) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { commands } = props;
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("shell.more")}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          hiddenFrom="xs"
          disabled={!props.canSync}
          leftSection={<IconRefresh size={16} />}
          onClick={commands.sync}
        >
          {t("connections.syncNow")}
        </Menu.Item>
        <Menu.Item leftSection={<IconStethoscope size={16} />} onClick={commands.check}>
          {t("connections.check")}
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={props.onEdit}>
          {t("connections.edit")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => commands.setDeleting(true)}
        >
          {t("shell.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
