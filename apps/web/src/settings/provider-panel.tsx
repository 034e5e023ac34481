import { Button, Group, PasswordInput, Skeleton, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import { useSession } from "../app/session.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { Panel } from "../design/panel.tsx";
import { toastDone } from "../design/toasts.ts";
import { MemberGate } from "../setup/member-gate.tsx";

/** An OpenAI-compatible server that answers in chat; its key goes one way only. */
export function ProviderPanel() {
  const { t } = useTranslation();
  return (
    <Panel id="provider" title={t("settings.provider")} hint={t("settings.providerHint")}>
      <MemberGate pending={<Skeleton height={120} />}>
        <LoadedProvider />
      </MemberGate>
    </Panel>
  );
}

interface Provider {
  readonly baseUrl: string | null;
  readonly model: string | null;
  readonly hasApiKey: boolean;
}

function LoadedProvider() {
  const { trpc } = useSession();
  const settings = useQuery(trpc.settings.get.queryOptions());
  if (settings.data !== undefined)
    return <ProviderForm key={JSON.stringify(settings.data.chat)} stored={settings.data.chat} />;
  if (settings.isPending) return <Skeleton height={120} />;
  return <FailureNotice failure={toFailure(settings.error)} onRetry={() => void settings.refetch()} />;
}

function ProviderForm({ stored }: { readonly stored: Provider }) {
  const { t } = useTranslation();
  const [baseUrl, setBaseUrl] = useState(stored.baseUrl ?? "");
  const [model, setModel] = useState(stored.model ?? "");
  const [apiKey, setApiKey] = useState("");
  const save = useSaveProvider();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({
      chat: {
        baseUrl: baseUrl.trim() === "" ? null : baseUrl.trim(),
        model: model.trim() === "" ? null : model.trim(),
        ...(apiKey === "" ? {} : { apiKey: apiKey.trim() }),
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t("settings.providerUrl")}
          description={t("settings.providerUrlHint")}
          placeholder="https://api.example.com/v1"
          value={baseUrl}
          onChange={(event) => setBaseUrl(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <TextInput
          label={t("settings.model")}
          value={model}
          onChange={(event) => setModel(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <PasswordInput
          label={t("settings.apiKey")}
          description={t(stored.hasApiKey ? "settings.apiKeyStored" : "settings.apiKeyHint")}
          value={apiKey}
          onChange={(event) => setApiKey(event.currentTarget.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("connections.showSecret") }}
        />
        {save.isError && <FailureNotice failure={toFailure(save.error)} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t("shell.save")}
          </Button>
          {stored.baseUrl !== null && (
            <Button
              variant="subtle"
              color="gray"
              onClick={() => save.mutate({ chat: { baseUrl: null, model: null, apiKey: null } })}
            >
              {t("settings.removeProvider")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function useSaveProvider() {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const queryClient = useQueryClient();
  return useMutation(
    trpc.settings.update.mutationOptions({
      onSuccess: (settings) => {
        queryClient.setQueryData(trpc.settings.get.queryKey(), settings);
        toastDone(t("settings.saved"));
      },
    }),
  );
}
