import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../design/notice.tsx";
import { isWord } from "./word-quiz.ts";

interface Props {
  readonly words: readonly string[];
  readonly quiz: readonly [number, number];
  readonly isWorking: boolean;
  readonly hasFailed: boolean;
  readonly onBack: () => void;
  readonly onConfirmed: () => void;
}

export function ConfirmWords(props: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  const [isChecked, setChecked] = useState(false);
  const isRight = (index: number) => isWord(typed[index] ?? "", props.words[index]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (props.quiz.every(isRight)) props.onConfirmed();
  };
  return (
    <Stack component="form" gap="md" onSubmit={submit}>
      <Title order={1}>{t("identity.confirmTitle")}</Title>
      <Text>{t("identity.confirmText")}</Text>
      {props.quiz.map((index, place) => (
        <TextInput
          key={index}
          label={t("identity.wordNumber", { number: index + 1 })}
          value={typed[index] ?? ""}
          onChange={(event) => setTyped({ ...typed, [index]: event.currentTarget.value })}
          error={isChecked && !isRight(index) && t("identity.wordWrong", { number: index + 1 })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus={place === 0 ? true : undefined}
        />
      ))}
      {props.hasFailed && (
        <Notice tone="error" title={t("identity.failed")}>
          {t("shell.storageTodo")}
        </Notice>
      )}
      <Group justify="space-between" mt="xs">
        <Button variant="subtle" color="gray" onClick={props.onBack}>
          {t("identity.showAgain")}
        </Button>
        <Button type="submit" loading={props.isWorking}>
          {t("identity.finish")}
        </Button>
      </Group>
    </Stack>
  );
}
