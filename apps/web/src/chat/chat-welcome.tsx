import { Button } from "@mantine/core";
import { IconMessageCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../design/empty-state.tsx";

export function ChatWelcome({ onCreate }: { readonly onCreate: () => void }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconMessageCircle}
      title={t("chat.welcomeTitle")}
      actions={<Button onClick={onCreate}>{t("chat.start")}</Button>}
    >
      {t("chat.welcomeText")}
    </EmptyState>
  );
}
