import { ActionIcon, Text, Textarea } from "@mantine/core";
import { IconArrowUp, IconPlayerStopFilled } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./conversation.module.css";

interface Props {
  readonly providerState: "ready" | "none" | "unknown";
  readonly isAnswering: boolean;
  readonly onSend: (text: string) => Promise<void>;
  readonly onStop: () => void;
}

/** Enter sends, Shift+Enter starts a line; while an answer is written the button stops it. */
export function Composer({ providerState, isAnswering, onSend, onStop }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  // On a phone the keyboard would cover what is to be read.
  const hasMouse = window.matchMedia("(pointer: fine)").matches;
  const canSend = text.trim() !== "" && !isAnswering;
  const send = () => {
    if (!canSend) return;
    setText("");
    onSend(text).catch(() => setText(text));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && isAnswering) onStop();
    // While an input method composes, Enter chooses its candidate.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={styles.composer}>
      <div className={styles.box}>
        <Textarea
          variant="unstyled"
          flex={1}
          autosize
          minRows={1}
          maxRows={8}
          aria-label={t("chat.message")}
          placeholder={t(providerState === "ready" ? "chat.ask" : "chat.writeNote")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          autoFocus={hasMouse}
        />
        {isAnswering ? (
          <ActionIcon radius="xl" size={36} aria-label={t("chat.stop")} onClick={onStop}>
            <IconPlayerStopFilled size={16} aria-hidden />
          </ActionIcon>
        ) : (
          <ActionIcon radius="xl" size={36} aria-label={t("chat.send")} onClick={send} disabled={!canSend}>
            <IconArrowUp size={20} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {providerState === "none" && (
        <Text size="xs" c="dimmed" className={styles.hint}>
          {t("chat.noProvider")}{" "}
          <Link to="/settings" hash="provider" className="quiet-link">
            {t("chat.setUpProvider")}
          </Link>
        </Text>
      )}
    </div>
  );
}
