import { Button, Skeleton, Stack } from "@mantine/core";
import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import type { ConnectionRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { EmptyState } from "../design/empty-state.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { PageFrame } from "../design/page-frame.tsx";
import { MemberGate } from "../setup/member-gate.tsx";
import { ConnectionCard } from "./connection-card.tsx";
import { ConnectionDialog } from "./connection-dialog.tsx";
import { Proposals } from "./proposals.tsx";
import { useJobs } from "./use-jobs.ts";

type Editing = { readonly connection: ConnectionRow | null };

export function ConnectionsPage() {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<Editing | null>(null);
  return (
    <PageFrame
      title={t("shell.connections")}
      width="reading"
      actions={
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => setEditing({ connection: null })}
          data-shortcut="new"
        >
          {t("connections.add")}
        </Button>
      }
    >
      <MemberGate pending={<Waiting />}>
        <ConnectionList onEdit={(connection) => setEditing({ connection })} />
        <ConnectionDialog editing={editing} onClose={() => setEditing(null)} />
      </MemberGate>
    </PageFrame>
  );
}

function ConnectionList({ onEdit }: { readonly onEdit: (connection: ConnectionRow | null) => void }) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const list = useQuery(trpc.connections.list.queryOptions(undefined, { refetchInterval: 60_000 }));
  const jobs = useJobs();
  if (list.isPending) return <Waiting />;
  if (list.isError && list.data === undefined)
    return <FailureNotice failure={toFailure(list.error)} onRetry={() => void list.refetch()} />;
  const connections = list.data.items;
  if (connections.length === 0)
    return (
      <EmptyState
        icon={IconPlugConnected}
        title={t("connections.emptyTitle")}
        actions={<Button onClick={() => onEdit(null)}>{t("connections.addFirst")}</Button>}
      >
        {t("connections.emptyText")}
      </EmptyState>
    );
  return (
    <Stack gap="md">
      <Proposals connections={connections} />
      {connections.map((connection) => (
        <ConnectionCard
          key={connection.id}
          connection={connection}
          job={jobs.get(connection.id)}
          onEdit={() => onEdit(connection)}
        />
      ))}
    </Stack>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <Stack gap="md" role="status" aria-label={t("shell.loading")}>
      <Skeleton height={116} radius="lg" />
      <Skeleton height={116} radius="lg" />
    </Stack>
  );
}
