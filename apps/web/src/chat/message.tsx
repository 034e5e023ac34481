import { ActionIcon, CopyButton, Loader, Text, Tooltip } from "@mantine/core";
import type { ChatMessage } from "@relite/core/chat";
import { IconCheck, IconCopy, IconTrash } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../design/failure-notice.tsx";
import { Notice } from "../design/notice.tsx";
import { useToastUndo } from "../design/undo-toast.tsx";
import { useFormat } from "../design/use-format.ts";
import styles from "./conversation.module.css";
import { useLocalChat } from "./local-chat.tsx";

const Markdown = lazy(async () => {
  const { Markdown } = await import("./markdown.tsx");
  return { default: Markdown };
});

interface Props {
  readonly message: ChatMessage;
  readonly onRetry: () => void;
}

export function Message({ message, onRetry }: Props) {
  const { t } = useTranslation();
  const isOwn = message.role !== "assistant";
  return (
    <li
      className={styles.message}
      data-side={isOwn ? "own" : "model"}
      aria-label={t(`chat.from.${message.role}`)}
      aria-busy={message.status === "streaming"}
    >
      {isOwn ? (
        <div className={styles.bubble} data-role={message.role}>
          {message.text}
        </div>
      ) : (
        <Suspense fallback={<Text style={{ whiteSpace: "pre-wrap" }}>{message.text}</Text>}>
          <Markdown text={message.text} />
        </Suspense>
      )}
      {message.status === "error" && <Failed message={message} onRetry={onRetry} />}
      <Meta message={message} />
    </li>
  );
}

function Failed({ message, onRetry }: Props) {
  const { t } = useTranslation();
  const code = message.error ?? "internal";
  const { title, todo } = useFailureText()({ code, reason: null, message: null });
  const isCode = /^[a-z_0-9]+$/.test(code);
  return (
    <Notice
      tone="error"
      title={isCode ? title : t("chat.cutShort")}
      code={isCode ? code : undefined}
      action={{ label: t("shell.retry"), run: onRetry }}
    >
      {isCode ? todo : t("chat.cutShortText")}
    </Notice>
  );
}

function Meta({ message }: { readonly message: ChatMessage }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (message.status === "streaming")
    return (
      <div className={styles.meta} role="status">
        <Loader size={12} type="dots" aria-hidden />
        {t("chat.writing")}
      </div>
    );
  return (
    <div className={styles.meta}>
      <span>{message.role === "note" ? t("chat.note") : message.model}</span>
      <time dateTime={new Date(message.dateMs).toISOString()}>{format.ago(message.dateMs)}</time>
      <span className={styles.actions}>
        <CopyButton value={message.text} timeout={1_500}>
          {({ copied, copy }) => (
            <Action label={t(copied ? "shell.copied" : "chat.copy")} onClick={copy}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </Action>
          )}
        </CopyButton>
        <DeleteMessage message={message} />
      </span>
    </div>
  );
}

function DeleteMessage({ message }: { readonly message: ChatMessage }) {
  const { t } = useTranslation();
  const { chat } = useLocalChat();
  const toastUndo = useToastUndo();
  const remove = async () => {
    await chat.deleteMessage(message.sessionId, message.id);
    toastUndo(t("chat.messageDeleted"), () => chat.restoreMessage(message.sessionId, message.id));
  };
  return (
    <Action label={t("chat.deleteMessage")} onClick={() => void remove()}>
      <IconTrash size={14} />
    </Action>
  );
}

function Action(props: {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={props.label} onClick={props.onClick}>
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
