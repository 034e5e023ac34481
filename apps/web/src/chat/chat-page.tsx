import { useTranslation } from "react-i18next";
import { PageFrame } from "../design/page-frame.tsx";

export function ChatPage() {
  const { t } = useTranslation();
  return <PageFrame title={t("shell.chat")}>{null}</PageFrame>;
}
