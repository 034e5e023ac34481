import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyText } from "../design/copy-text.tsx";
import { FactList } from "../design/fact-list.tsx";
import type { MadePassword } from "./access-rows.ts";
import { ToldDialog } from "./told-dialog.tsx";

interface Props {
  readonly made: MadePassword;
  readonly onClose: () => void;
}

const clients = ["finder", "windows", "rclone", "koreader"] as const;
const nameByClient = {
  finder: "Finder",
  windows: "Windows",
  rclone: "rclone",
  koreader: "KOReader",
} as const;

export function MadePasswordDialog({ made, onClose }: Props) {
  const { t } = useTranslation();
  const fact = (name: "address" | "username" | "password") =>
    [
      t(`access.made.${name}`),
      <CopyText key={name} text={made[name]} name={t(`access.made.${name}`)} isWhole />,
    ] as const;
  return (
    <ToldDialog title={t("access.made.title")} text={t("access.made.onceText")} onClose={onClose}>
      <FactList facts={[fact("address"), fact("username"), fact("password")]} />
      <Text fw={500}>{t("access.made.how")}</Text>
      <FactList facts={clients.map((client) => [nameByClient[client], t(`access.how.${client}`)])} />
      {made.address.startsWith("http:") && (
        <Text size="sm" c="dimmed">
          {t("access.made.plainHttp")}
        </Text>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("access.made.done")}</Button>
      </Group>
    </ToldDialog>
  );
}
