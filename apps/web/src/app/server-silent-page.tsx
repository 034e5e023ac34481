import { Stack, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Failure } from "../api/failure.ts";
import { CenteredPage } from "../design/centered-page.tsx";
import { Notice } from "../design/notice.tsx";

/** Only before the very first answer; later the remembered settings are used. */
export function ServerSilentPage(props: { readonly failure: Failure; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <CenteredPage>
      <Stack gap="md">
        <Title order={1}>{t("setup.offlineTitle")}</Title>
        <Notice
          tone="error"
          title={t("errors.unreachable.title")}
          code={props.failure.code}
          action={{ label: t("shell.retry"), run: props.onRetry }}
        >
          {t("errors.unreachable.todo")}
        </Notice>
      </Stack>
    </CenteredPage>
  );
}
