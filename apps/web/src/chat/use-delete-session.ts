import type { ChatSession } from "@relite/core/chat";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useToastUndo } from "../design/undo-toast.tsx";
import { useLocalChat } from "./local-chat.tsx";

/** Into the bin at once, with a way back: no question is asked before. */
export function useDeleteSession() {
  const { t } = useTranslation();
  const { chat, answers } = useLocalChat();
  const navigate = useNavigate();
  const toastUndo = useToastUndo();
  const { sessionId } = useParams({ strict: false });
  return async (session: ChatSession) => {
    answers.stop(session.id);
    await chat.deleteSession(session.id);
    if (sessionId === session.id) await navigate({ to: "/chat" });
    toastUndo(t("chat.deleted", { title: session.title }), () => chat.restoreSession(session.id));
  };
}
