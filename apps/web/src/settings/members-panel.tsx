import { Badge, Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { hashInvitationCode } from "@relite/core/crypto";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Failure, toFailure } from "../api/failure.ts";
import type { InvitationRow } from "../api/rows.ts";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { CopyText } from "../design/copy-text.tsx";
import { FailureNotice, useFailureText } from "../design/failure-notice.tsx";
import { Notice } from "../design/notice.tsx";
import { Panel } from "../design/panel.tsx";
import { useFormat } from "../design/use-format.ts";
import { useEndpointPlaces } from "../setup/use-endpoint-places.ts";
import { invitationState } from "./invitation-state.ts";

/** For the owner: links that let others in. */
export function MembersPanel() {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const me = useQuery(trpc.me.get.queryOptions(undefined, { staleTime: 60_000 }));
  if (me.data?.role !== "owner") return null;
  return (
    <Panel title={t("settings.members")} hint={t("settings.membersHint")}>
      <InviteForm />
      <InvitationList />
    </Panel>
  );
}

function InviteForm() {
  const { t } = useTranslation();
  const { origin } = useRuntime();
  const { api, trpc } = useSession();
  const queryClient = useQueryClient();
  const [label, setLabel] = useState("");
  const places = useEndpointPlaces();
  const create = useMutation({
    mutationFn: async (name: string) => {
      const invitation = await api.invitations.create.mutate(name === "" ? {} : { label: name });
      const { id, code, label: forWhom } = invitation;
      const place = await places.invite({ id, codeHash: await hashInvitationCode(code), label: forWhom });
      return { code, place };
    },
    onSuccess: async () => {
      setLabel("");
      await queryClient.invalidateQueries(trpc.invitations.pathFilter());
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(label.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <TextInput
            flex={1}
            label={t("settings.inviteFor")}
            placeholder={t("settings.inviteForExample")}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
            maxLength={100}
            autoComplete="off"
          />
          <Button type="submit" variant="default" loading={create.isPending}>
            {t("settings.invite")}
          </Button>
        </Group>
        {create.isError && <FailureNotice failure={toFailure(create.error)} />}
        {create.data !== undefined && (
          <Notice tone="success" title={t("settings.inviteReady")}>
            <Text size="sm" mb="xs">
              {t("settings.inviteOnce")}
            </Text>
            <CopyText text={`${origin}/invite#code=${create.data.code}`} name={t("settings.inviteLink")} />
          </Notice>
        )}
        {create.data?.place.ok === false && (
          <PlaceNotice title={t("settings.inviteNoStorage")} failure={create.data.place.failure} />
        )}
      </Stack>
    </form>
  );
}

/** What the endpoint said, beside what worked. */
function PlaceNotice({ title, failure }: { readonly title: string; readonly failure: Failure }) {
  const words = useFailureText()(failure);
  return (
    <Notice tone="warning" title={title} code={words.code}>
      {words.title}. {words.todo}
    </Notice>
  );
}

function InvitationList() {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const list = useQuery(trpc.invitations.list.queryOptions());
  if (list.isPending) return <Skeleton height={40} />;
  if (list.data === undefined)
    return <FailureNotice failure={toFailure(list.error)} onRetry={() => void list.refetch()} />;
  if (list.data.items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("settings.noInvitations")}
      </Text>
    );
  return (
    <Stack
      gap="xs"
      component="ul"
      m={0}
      p={0}
      style={{ listStyle: "none" }}
      aria-label={t("settings.invitations")}
    >
      {list.data.items.map((invitation) => (
        <InvitationLine key={invitation.id} invitation={invitation} />
      ))}
    </Stack>
  );
}

const colorByState = { open: "blue", used: "pine", revoked: "gray", expired: "gray" } as const;

function InvitationLine({ invitation }: { readonly invitation: InvitationRow }) {
  const { t } = useTranslation();
  const { clock } = useRuntime();
  const { api, trpc } = useSession();
  const queryClient = useQueryClient();
  const format = useFormat();
  const state = invitationState(invitation, clock.nowMs());
  const places = useEndpointPlaces();
  const revoke = useMutation({
    mutationFn: async () => {
      await api.invitations.revoke.mutate({ id: invitation.id });
      return places.takeBack(invitation.id);
    },
    onSettled: () => queryClient.invalidateQueries(trpc.invitations.pathFilter()),
  });
  return (
    <Group component="li" justify="space-between" gap="sm">
      <Group gap="xs">
        <Text size="sm" fw={500}>
          {invitation.label ?? t("settings.unnamedInvitation")}
        </Text>
        <Badge variant="light" color={colorByState[state]} tt="none" fw={500}>
          {t(`settings.invitationState.${state}`)}
        </Badge>
        {state === "open" && (
          <Text size="xs" c="dimmed">
            {t("settings.validUntil", { when: format.day(Date.parse(invitation.expiresAt)) })}
          </Text>
        )}
      </Group>
      {state === "open" && (
        <Button
          variant="subtle"
          color="red"
          size="compact-sm"
          loading={revoke.isPending}
          onClick={() => revoke.mutate()}
        >
          {t("settings.revoke")}
        </Button>
      )}
      {revoke.data?.ok === false && (
        <PlaceNotice title={t("settings.revokeNoStorage")} failure={revoke.data.failure} />
      )}
    </Group>
  );
}
