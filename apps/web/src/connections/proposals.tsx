import { Button, Code, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import type { ConnectionRow, ProposalRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { Notice } from "../design/notice.tsx";
import { toastDone } from "../design/toasts.ts";
import { useFormat } from "../design/use-format.ts";

/** Syncs whose outcome waits: nothing is changed before the user says so. */
export function Proposals({ connections }: { readonly connections: readonly ConnectionRow[] }) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const [reviewed, setReviewed] = useState<ProposalRow | null>(null);
  const open = useQuery(trpc.proposals.list.queryOptions({ status: "open" }));
  const nameOf = (proposal: ProposalRow) =>
    connections.find(({ id }) => id === proposal.connectionId)?.name ?? "";
  return (
    <>
      {(open.data?.items ?? []).map((proposal) => (
        <Notice
          key={proposal.id}
          tone="warning"
          title={t(`proposals.kind.${proposal.kind}`, { name: nameOf(proposal) })}
          action={{ label: t("proposals.review"), run: () => setReviewed(proposal) }}
        >
          {t("proposals.waiting")}
        </Notice>
      ))}
      <Modal
        opened={reviewed !== null}
        onClose={() => setReviewed(null)}
        title={t("proposals.title")}
        size="lg"
      >
        {reviewed !== null && (
          <Review proposal={reviewed} name={nameOf(reviewed)} onClose={() => setReviewed(null)} />
        )}
      </Modal>
    </>
  );
}

interface ReviewProps {
  readonly proposal: ProposalRow;
  readonly name: string;
  readonly onClose: () => void;
}

function Review({ proposal, name, onClose }: ReviewProps) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  const format = useFormat();
  const decide = useMutation(
    trpc.proposals.decide.mutationOptions({
      onSuccess: async (_, { accept }) => {
        toastDone(t(accept ? "proposals.accepted" : "proposals.rejected"));
        onClose();
        await queryClient.invalidateQueries();
      },
    }),
  );
  return (
    <Stack gap="md">
      <Text>
        {t("proposals.numbers", {
          name,
          vanished: format.count(proposal.vanished),
          known: format.count(proposal.known),
        })}
      </Text>
      {proposal.kind === "server_changed" && (
        <Text size="sm" c="dimmed">
          {t("proposals.servers", {
            before: proposal.serverBefore ?? "?",
            now: proposal.serverNow ?? "?",
          })}
        </Text>
      )}
      {proposal.sample.length > 0 && (
        <div>
          <Text size="sm" fw={500} mb={6}>
            {t("proposals.sample")}
          </Text>
          <List size="sm" spacing={4} mah={220} style={{ overflowY: "auto" }} tabIndex={0}>
            {proposal.sample.map((path) => (
              <List.Item key={path}>
                <Code style={{ overflowWrap: "anywhere" }}>{path}</Code>
              </List.Item>
            ))}
          </List>
        </div>
      )}
      <Text size="sm">{t("proposals.advice")}</Text>
      {decide.isError && <FailureNotice failure={toFailure(decide.error)} />}
      <Group justify="flex-end">
        <Button
          variant="default"
          disabled={decide.isPending}
          onClick={() => decide.mutate({ id: proposal.id, accept: true })}
        >
          {t("proposals.accept")}
        </Button>
        <Button
          disabled={decide.isPending}
          onClick={() => decide.mutate({ id: proposal.id, accept: false })}
          data-autofocus
        >
          {t("proposals.reject")}
        </Button>
      </Group>
    </Stack>
  );
}
