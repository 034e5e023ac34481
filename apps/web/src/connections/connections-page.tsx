import { useTranslation } from "react-i18next";
import { PageFrame } from "../design/page-frame.tsx";

export function ConnectionsPage() {
  const { t } = useTranslation();
  return <PageFrame title={t("shell.connections")}>{null}</PageFrame>;
}
