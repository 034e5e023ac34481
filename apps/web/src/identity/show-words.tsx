import { Button, Checkbox, CopyButton, Group, Stack, Text, Title } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saveTextFile } from "../design/save-file.ts";
import styles from "./onboarding.module.css";

interface Props {
  readonly words: readonly string[];
  readonly onBack: () => void;
  readonly onStored: () => void;
}

export function ShowWords({ words, onBack, onStored }: Props) {
  const { t } = useTranslation();
  const [isStored, setStored] = useState(false);
  const text = words.join(" ");
  const saveFile = () =>
    saveTextFile(
      "relite-recovery-words.txt",
      `${t("identity.fileHead")}\n\n${text}\n\n${t("identity.fileBody")}\n`,
    );
  return (
    <Stack gap="md">
      <Title order={1}>{t("identity.wordsTitle")}</Title>
      <Text>{t("identity.wordsText")}</Text>
      <ol className={styles["words-grid"]} aria-label={t("identity.wordsList")}>
        {words.map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: words repeat, their places do not move
          <li key={index} className={styles.word}>
            <span className={styles.number} aria-hidden>
              {index + 1}
            </span>
            <span translate="no">{word}</span>
          </li>
        ))}
      </ol>
      <Group gap="xs">
        <CopyButton value={text} timeout={2_000}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            >
              {copied ? t("shell.copied") : t("identity.copyWords")}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={saveFile} leftSection={<IconDownload size={16} />}>
          {t("identity.download")}
        </Button>
      </Group>
      <Checkbox
        mt="xs"
        label={t("identity.stored")}
        checked={isStored}
        onChange={(event) => setStored(event.currentTarget.checked)}
      />
      <Group justify="space-between">
        <Button variant="subtle" color="gray" onClick={onBack}>
          {t("shell.back")}
        </Button>
        <Button onClick={onStored} disabled={!isStored}>
          {t("shell.continue")}
        </Button>
      </Group>
    </Stack>
  );
}
