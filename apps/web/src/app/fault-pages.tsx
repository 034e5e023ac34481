import { Button } from "@mantine/core";
import { IconCompass, IconMoodConfuzed } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../design/empty-state.tsx";
import { PageFrame } from "../design/page-frame.tsx";

export function MissingPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t("shell.notFoundPage")}>
      <EmptyState
        icon={IconCompass}
        title={t("shell.notFoundTitle")}
        actions={
          <Button component={Link} to="/library">
            {t("shell.toLibrary")}
          </Button>
        }
      >
        {t("shell.notFoundText")}
      </EmptyState>
    </PageFrame>
  );
}

export function CrashPage() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconMoodConfuzed}
      title={t("shell.crashTitle")}
      actions={<Button onClick={() => window.location.reload()}>{t("shell.reload")}</Button>}
    >
      {t("shell.crashText")}
    </EmptyState>
  );
}
