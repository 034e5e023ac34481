import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { PageFrame } from "../design/page-frame.tsx";
import { useSync } from "../sync/sync-provider.tsx";
import { type ClaimOutcome, type ClaimTarget, claimServer } from "./claim.ts";
import { ClaimRow } from "./claim-row.tsx";
import { forgetCode, readCode } from "./link-code.ts";
import { useClaimTargets } from "./use-claim-targets.ts";

type Server = "api" | "endpoint";
type Progress = ClaimOutcome | { readonly state: "waiting" | "claiming" };

const servers = ["api", "endpoint"] as const;
const untried: Readonly<Record<Server, Progress>> = {
  api: { state: "waiting" },
  endpoint: { state: "waiting" },
};

export function ClaimPage() {
  const { t } = useTranslation();
  const { sessionStorage } = useRuntime();
  const [code, setCode] = useState(() => readCode(sessionStorage, "setup"));
  const { progress, run, runAll } = useClaim(code);
  const hasStarted = useRef(false);
  useEffect(() => {
    if (code === "" || hasStarted.current) return;
    hasStarted.current = true;
    void runAll();
  }, [code, runAll]);
  const isUntried = servers.every((server) => progress[server].state === "waiting");
  const needsCode = isUntried || servers.some((server) => progress[server].state === "wrong_code");
  return (
    <PageFrame title={t("setup.claimTitle")} width="reading">
      <Stack gap="lg">
        <Text>{t("setup.claimText")}</Text>
        {needsCode && <CodeForm initial={code} onCode={setCode} onSubmit={() => void runAll()} />}
        {servers.map((server) => (
          <ClaimRow
            key={server}
            name={t(`setup.${server}`)}
            progress={progress[server]}
            onRetry={() => void run(server)}
          />
        ))}
        <Outcome progress={progress} />
      </Stack>
    </PageFrame>
  );
}

function useClaim(code: string) {
  const { sessionStorage, queryClient } = useRuntime();
  const sync = useSync();
  const targets = useClaimTargets();
  const [progress, setProgress] = useState(untried);
  const run = async (server: Server) => {
    const target: ClaimTarget = targets[server];
    setProgress((known) => ({ ...known, [server]: { state: "claiming" } }));
    const outcome = await claimServer(target, code);
    setProgress((known) => ({ ...known, [server]: outcome }));
    if (server === "api") await queryClient.invalidateQueries();
    else if (isDone(outcome)) void sync?.engine.syncNow();
    return outcome;
  };
  const runAll = async () => {
    const open = servers.filter((server) => !isDone(progress[server]));
    const outcomes = await Promise.all(open.map(run));
    if (outcomes.every(isDone)) forgetCode(sessionStorage, "setup");
  };
  return { progress, run, runAll };
}

function isDone(progress: Progress): boolean {
  return progress.state === "enrolled" || progress.state === "already_yours";
}

function CodeForm(props: {
  readonly initial: string;
  readonly onCode: (code: string) => void;
  readonly onSubmit: () => void;
}) {
  const { t } = useTranslation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (props.initial.trim() !== "") props.onSubmit();
  };
  return (
    <Group component="form" align="flex-end" gap="sm" onSubmit={submit}>
      <TextInput
        flex={1}
        miw={220}
        label={t("setup.claimCode")}
        description={t("setup.claimCodeHint")}
        value={props.initial}
        onChange={(event) => props.onCode(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" disabled={props.initial.trim() === ""}>
        {t("setup.claimAction")}
      </Button>
    </Group>
  );
}

function Outcome({ progress }: { readonly progress: Readonly<Record<Server, Progress>> }) {
  const { t } = useTranslation();
  const done = servers.filter((server) => isDone(progress[server]));
  if (done.length === 0) return null;
  return (
    <Group justify="space-between" gap="sm">
      <Text fw={500} role="status">
        {t(done.length === servers.length ? "setup.allDone" : "setup.partly")}
      </Text>
      <Button component={Link} to="/connections">
        {t("setup.addFirst")}
      </Button>
    </Group>
  );
}
