import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Failure, toFailure } from "../api/failure.ts";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { Notice } from "../design/notice.tsx";
import { PageFrame } from "../design/page-frame.tsx";
import { forgetCode, readCode } from "./link-code.ts";

export function InvitePage() {
  const { t } = useTranslation();
  const { sessionStorage, queryClient } = useRuntime();
  const { api } = useSession();
  const [code, setCode] = useState(() => readCode(sessionStorage, "invite"));
  const [name, setName] = useState("");
  const accept = useMutation({
    mutationFn: () => {
      const displayName = name.trim();
      return api.invitations.accept.mutate({
        code: code.trim(),
        ...(displayName === "" ? {} : { displayName }),
      });
    },
    onSuccess: async () => {
      forgetCode(sessionStorage, "invite");
      await queryClient.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  return (
    <PageFrame title={t("setup.inviteTitle")} width="reading">
      {accept.isSuccess ? (
        <Accepted />
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

function Accepted() {
  const { t } = useTranslation();
  return (
    <Stack gap="md" align="flex-start">
      <Notice tone="success" title={t("setup.inviteDone")} />
      <Button component={Link} to="/connections">
        {t("setup.addFirst")}
      </Button>
    </Stack>
  );
}
