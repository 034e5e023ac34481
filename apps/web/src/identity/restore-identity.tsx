import { Button, Group, Stack, Textarea, Title } from "@mantine/core";
import { wordsToSeed } from "@relite/core/ucan";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../design/notice.tsx";
import { useAdoptSeed } from "./use-adopt-seed.ts";

export function RestoreIdentity({ onBack }: { readonly onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Title order={1}>{t("identity.restoreTitle")}</Title>
      <RestoreForm onCancel={onBack} />
    </Stack>
  );
}

/** Also used where an identity is there already and another takes its place. */
export function RestoreForm(props: { readonly onCancel: () => void; readonly onDone?: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [isWrong, setWrong] = useState(false);
  const adopt = useAdoptSeed();
  const count = text.trim() === "" ? 0 : text.trim().split(/\s+/).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const seed = wordsToSeed(text);
    setWrong(seed === null);
    if (seed !== null) adopt.mutate(seed, { onSuccess: () => props.onDone?.() });
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Textarea
        label={t("identity.restoreLabel")}
        description={t("identity.restoreHint")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(false);
        }}
        error={isWrong && t("identity.restoreWrong")}
        autosize
        minRows={4}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
      />
      {adopt.isError && (
        <Notice tone="error" title={t("identity.failed")}>
          {t("shell.storageTodo")}
        </Notice>
      )}
      <Group justify="space-between">
        <Button variant="subtle" color="gray" onClick={props.onCancel}>
          {t("shell.back")}
        </Button>
        <Button type="submit" loading={adopt.isPending} disabled={count === 0}>
          {count === 0 || count === 24 ? t("identity.restoreAction") : t("identity.restoreCount", { count })}
        </Button>
      </Group>
    </Stack>
  );
}
