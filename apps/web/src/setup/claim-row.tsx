import { Button, Code, Group, Loader, Paper, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../design/failure-notice.tsx";
import type { ClaimOutcome } from "./claim.ts";

type Progress = ClaimOutcome | { readonly state: "waiting" | "claiming" };

interface Props {
  readonly name: string;
  readonly progress: Progress;
  readonly onRetry: () => void;
}

/** One server and how it took the code. */
export function ClaimRow({ name, progress, onRetry }: Props) {
  const { t } = useTranslation();
  const words = useWords()(progress);
  const canRetry = progress.state === "unreachable" || progress.state === "failed";
  return (
    <Paper withBorder p="md" component="section" aria-label={name} aria-live="polite">
      <Group gap="md" wrap="nowrap" align="flex-start">
        <StateMark state={progress.state} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <Text fw={600}>{name}</Text>
          <Text size="sm">{words.title}</Text>
          {words.todo !== null && (
            <Text size="sm" c="dimmed" mt={4}>
              {words.todo}
            </Text>
          )}
          {words.code !== null && (
            <Code fz="xs" mt={6} display="inline-block">
              {words.code}
            </Code>
          )}
        </div>
        {canRetry && (
          <Button variant="default" size="compact-sm" onClick={onRetry}>
            {t("shell.retry")}
          </Button>
        )}
      </Group>
    </Paper>
  );
}

function useWords() {
  const { t } = useTranslation();
  const failureText = useFailureText();
  return (progress: Progress): { title: string; todo: string | null; code: string | null } => {
    const plain = (title: string, todo: string | null = null) => ({ title, todo, code: null });
    switch (progress.state) {
      case "waiting":
        return plain(t("setup.waiting"));
      case "claiming":
        return plain(t("setup.claiming"));
      case "enrolled":
        return plain(t("setup.enrolled"));
      case "already_yours":
        return plain(t("setup.alreadyYours"));
      case "already_claimed":
        return plain(t("setup.alreadyClaimed"), t("setup.alreadyClaimedTodo"));
      case "wrong_code":
        return plain(t("setup.wrongCode"), t("setup.wrongCodeTodo"));
      case "unreachable":
        return plain(t("setup.unreachable", { address: progress.address }), t("setup.unreachableTodo"));
      case "failed":
        return failureText(progress.failure);
    }
  };
}

function StateMark({ state }: { readonly state: Progress["state"] }) {
  if (state === "claiming") return <Loader size={24} aria-hidden />;
  if (state === "waiting")
    return (
      <ThemeIcon size={24} radius="xl" variant="light" color="gray" aria-hidden>
        <IconClock size={15} />
      </ThemeIcon>
    );
  const isGood = state === "enrolled" || state === "already_yours";
  return (
    <ThemeIcon size={24} radius="xl" variant="light" color={isGood ? "pine" : "red"} aria-hidden>
      {isGood ? <IconCheck size={15} /> : <IconAlertTriangle size={15} />}
    </ThemeIcon>
  );
}
