import { Button, Group, Input, NumberInput, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { useFormat } from "../design/use-format.ts";
import type { MadePassword } from "./access-rows.ts";
import { accessFailure } from "./endpoint-access.ts";
import { daysToGive, emptyOrder, type PasswordOrder, problemOfOrder } from "./password-order.ts";
import type { Access } from "./use-access.ts";

interface Props {
  readonly access: Access;
  readonly onMade: (made: MadePassword) => void;
  readonly onCancel: () => void;
}

export function AppPasswordForm({ access, onMade, onCancel }: Props) {
  const { t } = useTranslation();
  const { clock } = useRuntime();
  const { identity } = useSession();
  const queryClient = useQueryClient();
  const maxDays = daysToGive(identity, clock.nowMs());
  const [order, setOrder] = useState<PasswordOrder>({
    ...emptyOrder,
    days: Math.min(emptyOrder.days, maxDays),
  });
  const problem = problemOfOrder(order, maxDays);
  // Handed on, not returned: the secret must not stay in the cache of mutations.
  const create = useMutation({
    mutationFn: async () => onMade(await access.createAppPassword(order)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [...access.key, "passwords"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === null) create.mutate();
  };
  if (maxDays === 0) return <Text size="sm">{t("access.noDays")}</Text>;
  return (
    <form onSubmit={submit} aria-label={t("access.add")}>
      <Stack gap="md">
        <PlaceFields order={order} onChange={setOrder} />
        <ActionField order={order} onChange={setOrder} />
        <DaysField order={order} onChange={setOrder} maxDays={maxDays} />
        {create.isError && <FailureNotice failure={accessFailure(create.error)} />}
        <Group gap="sm">
          <Button type="submit" loading={create.isPending} disabled={problem !== null}>
            {t("access.create")}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t("shell.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps {
  readonly order: PasswordOrder;
  readonly onChange: (order: PasswordOrder) => void;
}

function PlaceFields({ order, onChange }: FieldProps) {
  const { t } = useTranslation();
  const problem = problemOfOrder({ ...order, label: "-", days: 1 }, 1);
  const field = (name: "label" | "app" | "folder", more: object) => (
    <TextInput
      label={t(`access.field.${name}`)}
      description={t(`access.fieldHint.${name}`)}
      value={order[name]}
      onChange={(event) => onChange({ ...order, [name]: event.currentTarget.value })}
      autoComplete="off"
      spellCheck={false}
      {...more}
    />
  );
  return (
    <>
      {field("label", { maxLength: 100, required: true, "data-autofocus": true, autoFocus: true })}
      {field("app", { error: problem === "bad_app" && t("access.problem.bad_app") })}
      {field("folder", { error: problem === "bad_folder" && t("access.problem.bad_folder") })}
    </>
  );
}

const actions = ["write", "read"] as const;

function ActionField({ order, onChange }: FieldProps) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper label={t("access.field.action")} labelElement="div">
      <SegmentedControl
        fullWidth
        mt={6}
        aria-label={t("access.field.action")}
        value={order.action}
        onChange={(value) => {
          const action = actions.find((one) => one === value);
          if (action !== undefined) onChange({ ...order, action });
        }}
        data={actions.map((value) => ({ value, label: t(`access.action.${value}`) }))}
      />
    </Input.Wrapper>
  );
}

function DaysField({ order, onChange, maxDays }: FieldProps & { readonly maxDays: number }) {
  const { t } = useTranslation();
  const { identity } = useSession();
  const format = useFormat();
  const when = format.day(identity.delegationEndsAtMs);
  return (
    <NumberInput
      label={t("access.field.days")}
      description={
        identity.ownerKeys === null
          ? t("access.daysOfDevice", { max: maxDays, when })
          : t("access.daysOfOwner", { max: maxDays })
      }
      min={1}
      max={maxDays}
      allowDecimal={false}
      allowNegative={false}
      value={order.days}
      onChange={(value) => onChange({ ...order, days: typeof value === "number" ? value : 0 })}
    />
  );
}
