import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { JobRow } from "../api/rows.ts";
import { useSession } from "../app/session.tsx";
import { useFormat } from "../design/use-format.ts";
import styles from "./job-progress.module.css";

const counts = ["folders", "files", "added", "changed", "missing", "requests"] as const;

/** A running sync in numbers; how much is left is not known before the tree was walked. */
export function JobProgress({ job }: { readonly job: JobRow }) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const format = useFormat();
  const cancel = useMutation(trpc.jobs.cancel.mutationOptions());
  const isStopping = job.cancelRequested || cancel.isSuccess;
  return (
    <Stack gap="xs" role="group" aria-label={t("connections.progress")}>
      <Progress value={100} animated size="sm" aria-label={t("connections.syncing")} />
      <Group justify="space-between" align="flex-end" gap="sm">
        <dl className={styles.counts}>
          {counts.map((name) => (
            <div key={name}>
              <Text component="dt" size="xs" c="dimmed">
                {t(`connections.progressOf.${name}`)}
              </Text>
              <Text component="dd" size="sm" fw={500} m={0} className={styles.number}>
                {format.count(job.progress[name])}
              </Text>
            </div>
          ))}
        </dl>
        <Button
          variant="default"
          size="compact-sm"
          disabled={isStopping}
          onClick={() => cancel.mutate({ id: job.id })}
        >
          {t(isStopping ? "connections.stopping" : "connections.stop")}
        </Button>
      </Group>
    </Stack>
  );
}
