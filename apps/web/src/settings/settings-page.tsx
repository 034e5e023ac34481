import { useTranslation } from "react-i18next";
import { PageFrame } from "../design/page-frame.tsx";

export function SettingsPage() {
  const { t } = useTranslation();
  return <PageFrame title={t("shell.settings")}>{null}</PageFrame>;
}
