import { useTranslation } from "react-i18next";
import { PageFrame } from "../design/page-frame.tsx";

export function LibraryPage() {
  const { t } = useTranslation();
  return <PageFrame title={t("shell.library")}>{null}</PageFrame>;
}
