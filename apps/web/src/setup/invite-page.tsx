import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Failure, toFailure } from "../api/failure.ts";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { FailureNotice, useFailureText } from "../design/failure-notice.tsx";
import { Notice } from "../design/notice.tsx";
import { PageFrame } from "../design/page-frame.tsx";
import { useSync } from "../sync/sync-provider.tsx";
import type { PlaceOutcome } from "./endpoint-places.ts";
import { forgetCode, readCode } from "./link-code.ts";
import { useEndpointPlaces } from "./use-endpoint-places.ts";

export function InvitePage() {
  const { t } = useTranslation();
  const { sessionStorage, queryClient } = useRuntime();
  const { api } = useSession();
  const places = useEndpointPlaces();
  const sync = useSync();
  const [code, setCode] = useState(() => readCode(sessionStorage, "invite"));
  const [name, setName] = useState("");
  const accept = useMutation({
    mutationFn: async () => {
      const displayName = name.trim();
      const order = { code: code.trim(), ...(displayName === "" ? {} : { displayName }) };
      await api.invitations.accept.mutate(order).catch(unlessMember);
      return places.join(order.code);
    },
    onSuccess: async (place) => {
      if (place.ok) forgetCode(sessionStorage, "invite");
      await queryClient.invalidateQueries();
      if (place.ok) void sync?.engine.syncNow();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  return (
    <PageFrame title={t("setup.inviteTitle")} width="reading">
      {accept.isSuccess ? (
        <Accepted place={accept.data} onRetry={() => accept.mutate()} />
      ) : (
        <Stack component="form" gap="md" onSubmit={submit}>
          <Text>{t("setup.inviteText")}</Text>
          <TextInput
            label={t("setup.inviteCode")}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <TextInput
            label={t("setup.inviteName")}
            description={t("setup.inviteNameHint")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={100}
            autoComplete="name"
          />
          {accept.isError && <Refusal failure={toFailure(accept.error)} />}
          <Group>
            <Button type="submit" loading={accept.isPending} disabled={code.trim() === ""}>
              {t("setup.inviteAction")}
            </Button>
          </Group>
        </Stack>
      )}
    </PageFrame>
  );
}

function Refusal({ failure }: { readonly failure: Failure }) {
  const { t } = useTranslation();
  if (failure.reason?.startsWith("invitation_") !== true) return <FailureNotice failure={failure} />;
  return (
    <Notice tone="error" title={t("setup.inviteWrong")} code={failure.reason}>
      {t("setup.inviteWrongTodo")}
    </Notice>
  );
}

/** Who was taken in before (the endpoint alone failed then) goes on to the endpoint. */
function unlessMember(error: unknown): void {
  if (toFailure(error).reason !== "did_taken") throw error;
}

interface AcceptedProps {
  readonly place: PlaceOutcome;
  readonly onRetry: () => void;
}

function Accepted({ place, onRetry }: AcceptedProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="md" align="flex-start">
      <Notice tone="success" title={t(place.ok ? "setup.inviteAllDone" : "setup.inviteDone")} />
      {!place.ok && <NoPlace failure={place.failure} onRetry={onRetry} />}
      <Button component={Link} to="/connections">
        {t("setup.addFirst")}
      </Button>
    </Stack>
  );
}

/** A member of one server without a place on the other: what the other said, and what to do. */
function NoPlace({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  const words = useFailureText()(failure);
  const isFinal = failure.reason?.startsWith("invitation_") === true;
  return (
    <Notice
      tone="warning"
      title={t("setup.inviteNoStorage")}
      code={words.code}
      action={isFinal ? undefined : { label: t("shell.retry"), run: onRetry }}
    >
      {isFinal ? t("setup.inviteNoStorageTodo") : `${words.title}. ${words.todo}`}
    </Notice>
  );
}
