import { Button, Group, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import { useSession } from "../app/session.tsx";
import { CopyText } from "../design/copy-text.tsx";
import { FactList } from "../design/fact-list.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { Panel } from "../design/panel.tsx";
import { toastDone } from "../design/toasts.ts";
import { useFormat } from "../design/use-format.ts";
import { ReplaceIdentity } from "../identity/replace-identity.tsx";

export function IdentityPanel() {
  const { t } = useTranslation();
  const { identity, trpc } = useSession();
  const format = useFormat();
  const [isReplacing, setReplacing] = useState(false);
  const me = useQuery(trpc.me.get.queryOptions(undefined, { staleTime: 60_000 }));
  return (
    <Panel title={t("settings.identity")} hint={t("settings.identityHint")}>
      {me.data !== undefined && <NameForm key={me.data.displayName} name={me.data.displayName} />}
      <FactList
        facts={[
          [t("settings.role"), me.data === undefined ? null : t(`settings.roles.${me.data.role}`)],
          [
            t("settings.ownerDid"),
            <CopyText key="owner" text={identity.ownerDid} name={t("settings.ownerDid")} />,
          ],
          [
            t("settings.deviceDid"),
            <CopyText key="device" text={identity.deviceDid} name={t("settings.deviceDid")} />,
          ],
          [t("settings.device"), identity.deviceName],
          [
            t("settings.delegation"),
            t(identity.ownerKeys === null ? "settings.endsFixed" : "settings.endsRenewed", {
              when: format.day(identity.delegationEndsAtMs),
            }),
          ],
        ]}
      />
      <Text size="sm" c="dimmed">
        {t("settings.recovery")}
      </Text>
      <Group>
        <Button variant="default" onClick={() => setReplacing(true)}>
          {t("settings.replaceIdentity")}
        </Button>
      </Group>
      <ReplaceIdentity isOpen={isReplacing} onClose={() => setReplacing(false)} />
    </Panel>
  );
}

function NameForm({ name }: { readonly name: string }) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState(name);
  const save = useMutation(
    trpc.me.update.mutationOptions({
      onSuccess: async (me) => {
        queryClient.setQueryData(trpc.me.get.queryKey(), me);
        toastDone(t("settings.saved"));
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ displayName: typed.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="sm">
        <TextInput
          flex={1}
          label={t("settings.displayName")}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          maxLength={100}
          autoComplete="name"
        />
        <Button
          type="submit"
          variant="default"
          loading={save.isPending}
          disabled={typed.trim() === "" || typed.trim() === name}
        >
          {t("shell.save")}
        </Button>
      </Group>
      {save.isError && <FailureNotice failure={toFailure(save.error)} />}
    </form>
  );
}
