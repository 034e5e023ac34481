import { Input, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import type { MadePassword } from "./access-rows.ts";
import { DaysField } from "./days-field.tsx";
import { OrderForm } from "./order-form.tsx";
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
  const maxDays = daysToGive(identity, clock.nowMs());
  const [order, setOrder] = useState<PasswordOrder>({
    ...emptyOrder,
    days: Math.min(emptyOrder.days, maxDays),
  });
  if (maxDays === 0) return <Text size="sm">{t("access.noDays")}</Text>;
  return (
    <OrderForm
      label={t("access.add")}
      isReady={problemOfOrder(order, maxDays) === null}
      create={async () => onMade(await access.createAppPassword(order))}
      onCancel={onCancel}
      queryKey={[...access.key, "passwords"]}
    >
      <PlaceFields order={order} onChange={setOrder} />
      <ActionField order={order} onChange={setOrder} />
      <DaysField days={order.days} onChange={(days) => setOrder({ ...order, days })} maxDays={maxDays} />
    </OrderForm>
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
