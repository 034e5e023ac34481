import { Button, Group, Input, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { Panel } from "../design/panel.tsx";
import { toastDone } from "../design/toasts.ts";
import { CheckReport } from "./check-report.tsx";
import { defaultChoice, type EndpointChoice, endpointOf, problemOf } from "./endpoint-settings.ts";
import { useEndpointCheck } from "./use-endpoint-check.ts";

const modes = ["direct", "proxy"] as const;

export function EndpointPanel() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Panel id="endpoint" title={t("settings.endpoint")} hint={t("settings.endpointHint")}>
      <EndpointForm key={JSON.stringify(session.choice)} />
    </Panel>
  );
}

function EndpointForm() {
  const { t } = useTranslation();
  const { database } = useRuntime();
  const session = useSession();
  const [choice, setChoice] = useState<EndpointChoice>(session.choice);
  const check = useEndpointCheck();
  const problem = problemOf(choice);
  const isChanged = JSON.stringify(choice) !== JSON.stringify(session.choice);
  const save = async (next: EndpointChoice) => {
    await database.settings.put({ key: "endpoint", value: next });
    toastDone(t("settings.saved"));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === null) void save(choice);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <EndpointFields choice={choice} onChange={setChoice} problem={problem} />
        <Group gap="sm">
          <Button type="submit" disabled={!isChanged || problem !== null}>
            {t("shell.save")}
          </Button>
          <Button
            variant="default"
            loading={check.isRunning}
            disabled={problem !== null}
            onClick={() => void check.run(endpointOf(choice, session.server))}
          >
            {t("settings.check")}
          </Button>
          {JSON.stringify(session.choice) !== JSON.stringify(defaultChoice) && (
            <Button variant="subtle" color="gray" onClick={() => void save(defaultChoice)}>
              {t("settings.useDefaults")}
            </Button>
          )}
        </Group>
        {check.results !== null && <CheckReport results={check.results} />}
      </Stack>
    </form>
  );
}

interface FieldsProps {
  readonly choice: EndpointChoice;
  readonly problem: ReturnType<typeof problemOf>;
  readonly onChange: (choice: EndpointChoice) => void;
}

function EndpointFields({ choice, problem, onChange }: FieldsProps) {
  const { t } = useTranslation();
  const { server } = useSession();
  const followed = endpointOf({ ...choice, audience: null }, server);
  const field = (name: "baseUrl" | "prefix" | "audience", placeholder: string) => (
    <TextInput
      label={t(`settings.field.${name}`)}
      description={t(`settings.fieldHint.${name}`)}
      placeholder={placeholder}
      value={choice[name] ?? ""}
      onChange={(event) => {
        const text = event.currentTarget.value.trim();
        onChange({ ...choice, [name]: text === "" ? null : text });
      }}
      error={problem?.field === name && t(`settings.problem.${problem.problem}`)}
      autoComplete="off"
      spellCheck={false}
    />
  );
  return (
    <>
      {field("baseUrl", server.backendBaseUrl)}
      {field("prefix", server.backendPrefix)}
      {field("audience", followed.audience)}
      <TextInput
        label={t("settings.field.appId")}
        description={t("settings.fieldHint.appId")}
        value={choice.appId}
        onChange={(event) => onChange({ ...choice, appId: event.currentTarget.value.trim() })}
        error={problem?.field === "appId" && t(`settings.problem.${problem.problem}`)}
        autoComplete="off"
        spellCheck={false}
      />
      <Input.Wrapper
        label={t("settings.field.mode")}
        description={t(`settings.modeHint.${choice.mode}`)}
        labelElement="div"
      >
        <SegmentedControl
          fullWidth
          mt={6}
          aria-label={t("settings.field.mode")}
          value={choice.mode}
          onChange={(value) => {
            const mode = modes.find((one) => one === value);
            if (mode !== undefined) onChange({ ...choice, mode });
          }}
          data={modes.map((value) => ({ value, label: t(`settings.mode.${value}`) }))}
        />
      </Input.Wrapper>
    </>
  );
}
