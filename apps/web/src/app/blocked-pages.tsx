import { Button, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CenteredPage } from "../design/centered-page.tsx";

/** Not HTTPS and not localhost: there is no WebCrypto, so there can be no identity. */
export function InsecurePage() {
  const { t } = useTranslation();
  return (
    <Blocked title={t("shell.insecureTitle")} text={t("shell.insecureText")} todo={t("shell.insecureTodo")} />
  );
}

/** The database does not open: private windows of some browsers, site data switched off. */
export function StoragePage() {
  const { t } = useTranslation();
  return (
    <Blocked title={t("shell.storageTitle")} text={t("shell.storageText")} todo={t("shell.storageTodo")} />
  );
}

function Blocked(props: { readonly title: string; readonly text: string; readonly todo: string }) {
  const { t } = useTranslation();
  return (
    <CenteredPage>
      <Stack gap="md" align="flex-start">
        <Title order={1}>{props.title}</Title>
        <Text>{props.text}</Text>
        <Text fw={500}>{props.todo}</Text>
        <Button variant="default" onClick={() => window.location.reload()}>
          {t("shell.reload")}
        </Button>
      </Stack>
    </CenteredPage>
  );
}
