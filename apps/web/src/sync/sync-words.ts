import type { SyncStatus } from "@relite/core/sync";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../design/failure-notice.tsx";
import { useFormat } from "../design/use-format.ts";

/** The status as a sentence; success is only claimed after the server confirmed it. */
export function useSyncWords() {
  const { t } = useTranslation();
  const format = useFormat();
  const failureText = useFailureText();
  return (status: SyncStatus): { readonly title: string; readonly todo: string | null } => {
    const { phase, lastDoneMs, reason } = status;
    const plain = (title: string, todo: string | null = null) => ({ title, todo });
    if (phase === "up" || phase === "down")
      return plain(t(`sync.phase.${phase}`, { count: status[phase], number: format.count(status[phase]) }));
    if (phase === "done") return plain(t("sync.phase.done", { when: format.ago(lastDoneMs ?? 0) }));
    if (phase === "attention" && (reason === "remote_empty" || reason === "newer_version"))
      return plain(t(`sync.${reason}.title`), t(`sync.${reason}.todo`));
    if (phase === "attention" || (phase === "offline" && reason !== "unreachable")) {
      const words = failureText({ code: "upstream_failed", reason, message: null });
      return plain(words.title, words.todo);
    }
    return plain(t(`sync.phase.${phase}`), phase === "offline" ? t("sync.offlineTodo") : null);
  };
}
