import { Code, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconMinus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../design/failure-notice.tsx";
import { type CheckResult, checkSteps } from "./check-endpoint.ts";
import type { CheckResults } from "./use-endpoint-check.ts";

/** What works and what does not, one line each, with what to do. */
export function CheckReport({ results }: { readonly results: CheckResults }) {
  const { t } = useTranslation();
  const words = useCheckWords();
  return (
    <Stack
      gap="sm"
      component="ul"
      m={0}
      p={0}
      style={{ listStyle: "none" }}
      aria-label={t("settings.checkResults")}
    >
      {checkSteps.map((step) => {
        const result = results.get(step);
        if (result === undefined) return null;
        const { text, code } = words(result);
        return (
          <li key={step}>
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <ResultMark state={result.state} />
              <div style={{ minWidth: 0 }}>
                <Text size="sm" fw={500}>
                  {t(`settings.step.${step}`)}
                </Text>
                {text !== null && (
                  <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                    {text}
                  </Text>
                )}
                {code !== null && <Code fz="xs">{code}</Code>}
              </div>
            </Group>
          </li>
        );
      })}
    </Stack>
  );
}

function useCheckWords() {
  const { t } = useTranslation();
  const failureText = useFailureText();
  return (result: CheckResult): { readonly text: string | null; readonly code: string | null } => {
    switch (result.state) {
      case "ok":
        return { text: result.detail, code: null };
      case "audience":
        return {
          text: t("settings.found.audience", { ours: result.ours, theirs: result.theirs.join(", ") }),
          code: null,
        };
      case "failed": {
        const { title, todo, code } = failureText(result.failure);
        return { text: `${title}. ${todo}`, code };
      }
      default:
        return { text: t(`settings.found.${result.state}`, { origin: window.location.origin }), code: null };
    }
  };
}

function ResultMark({ state }: { readonly state: CheckResult["state"] }) {
  const { t } = useTranslation();
  if (state === "ok")
    return (
      <ThemeIcon size={22} radius="xl" variant="light" aria-label={t("settings.works")} role="img">
        <IconCheck size={14} />
      </ThemeIcon>
    );
  if (state === "skipped" || state === "not_needed")
    return (
      <ThemeIcon size={22} radius="xl" variant="light" color="gray" aria-hidden>
        <IconMinus size={14} />
      </ThemeIcon>
    );
  return (
    <ThemeIcon size={22} radius="xl" variant="light" color="red" aria-label={t("settings.fails")} role="img">
      <IconAlertTriangle size={14} />
    </ThemeIcon>
  );
}
