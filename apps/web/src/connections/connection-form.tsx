import {
  Alert,
  Button,
  Group,
  Input,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Failure } from "../api/failure.ts";
import type { ConnectionRow } from "../api/rows.ts";
import { FailureNotice } from "../design/failure-notice.tsx";
import {
  type AuthKind,
  type ConnectionInput,
  emptyInput,
  inputOf,
  keepsSecret,
  problemsOf,
} from "./connection-input.ts";
import { addressExample, type PresetName, presetNames, presetOfAddress } from "./presets.ts";

interface Props {
  readonly before: ConnectionRow | null;
  readonly failure: Failure | null;
  readonly isSaving: boolean;
  readonly onSave: (input: ConnectionInput) => void;
  readonly onCancel: () => void;
}

export function ConnectionForm(props: Props) {
  const { before } = props;
  const { t } = useTranslation();
  const [input, setInput] = useState(() => (before === null ? emptyInput : inputOf(before)));
  const [preset, setPreset] = useState<PresetName>(() => presetOfAddress(before?.url ?? ""));
  const [isTried, setTried] = useState(false);
  const problems = problemsOf(input, before);
  const errorOf = (field: keyof ConnectionInput) => {
    const problem = problems[field];
    return isTried && problem !== undefined ? t(`connections.problems.${problem}`) : undefined;
  };
  const change = (part: Partial<ConnectionInput>) => setInput({ ...input, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length === 0) props.onSave(input);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {before === null && <PresetChoice preset={preset} onChange={setPreset} />}
        <TextInput
          label={t("connections.name")}
          placeholder={t("connections.nameExample")}
          value={input.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errorOf("name")}
          maxLength={200}
          data-autofocus
        />
        <TextInput
          label={t("connections.address")}
          description={t("connections.addressHint")}
          placeholder={addressExample[preset]}
          value={input.url}
          onChange={(event) => change({ url: event.currentTarget.value })}
          error={errorOf("url")}
          type="url"
          autoComplete="off"
          spellCheck={false}
        />
        <AuthFields input={input} before={before} errorOf={errorOf} onChange={change} />
        {props.failure !== null && <FailureNotice failure={props.failure} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            {t("shell.cancel")}
          </Button>
          <Button type="submit" loading={props.isSaving}>
            {t(before === null ? "connections.checkAndAdd" : "connections.checkAndSave")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function PresetChoice(props: {
  readonly preset: PresetName;
  readonly onChange: (preset: PresetName) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t("connections.preset")}
        data={presetNames.map((name) => ({ value: name, label: t(`presets.${name}.name`) }))}
        value={props.preset}
        onChange={(value) => {
          const chosen = presetNames.find((name) => name === value);
          if (chosen !== undefined) props.onChange(chosen);
        }}
        allowDeselect={false}
      />
      <Alert variant="light" color="gray" p="sm">
        <Text size="sm">{t(`presets.${props.preset}.help`)}</Text>
      </Alert>
    </>
  );
}

const authKinds = ["basic", "bearer", "none"] as const;

function AuthFields(props: {
  readonly input: ConnectionInput;
  readonly before: ConnectionRow | null;
  readonly errorOf: (field: keyof ConnectionInput) => string | undefined;
  readonly onChange: (part: Partial<ConnectionInput>) => void;
}) {
  const { t } = useTranslation();
  const { input, errorOf, onChange } = props;
  const secretHint = keepsSecret(input, props.before) ? t("connections.secretKept") : undefined;
  return (
    <>
      <Input.Wrapper label={t("connections.auth")} labelElement="div">
        <SegmentedControl
          fullWidth
          mt={4}
          aria-label={t("connections.auth")}
          value={input.kind}
          onChange={(value) => onChange({ kind: kindOf(value) })}
          data={authKinds.map((kind) => ({ value: kind, label: t(`connections.authKind.${kind}`) }))}
        />
      </Input.Wrapper>
      {input.kind === "basic" && (
        <TextInput
          label={t("connections.username")}
          value={input.username}
          onChange={(event) => onChange({ username: event.currentTarget.value })}
          error={errorOf("username")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      {input.kind !== "none" && (
        <PasswordInput
          label={t(input.kind === "basic" ? "connections.password" : "connections.token")}
          description={secretHint}
          value={input.secret}
          onChange={(event) => onChange({ secret: event.currentTarget.value })}
          error={errorOf("secret")}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("connections.showSecret") }}
        />
      )}
    </>
  );
}

function kindOf(value: string): AuthKind {
  return authKinds.find((kind) => kind === value) ?? "none";
}
