import { NativeSelect, Skeleton, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { DaysField } from "./days-field.tsx";
import { accessFailure } from "./endpoint-access.ts";
import type { ToldShare } from "./made-share-dialog.tsx";
import { OrderForm } from "./order-form.tsx";
import { daysToGive } from "./password-order.ts";
import { PlacePicker } from "./place-picker.tsx";
import { nameOfPlace, type SharedPlace, type ShareOrder } from "./share-order.ts";
import type { Access } from "./use-access.ts";

interface Props {
  readonly access: Access;
  readonly onMade: (made: ToldShare) => void;
  readonly onCancel: () => void;
}

const usualDays = 7;

/** Asks the endpoint first which apps there is something to share of. */
export function ShareForm(props: Props) {
  const { access } = props;
  const { t } = useTranslation();
  const { clock } = useRuntime();
  const { identity, endpoint } = useSession();
  const apps = useQuery({ queryKey: [...access.key, "apps"], queryFn: access.apps, retry: false });
  const maxDays = daysToGive(identity, clock.nowMs());
  if (maxDays === 0) return <Text size="sm">{t("access.noDays")}</Text>;
  if (apps.isPending) return <Skeleton height={160} />;
  if (apps.data === undefined)
    return <FailureNotice failure={accessFailure(apps.error)} onRetry={() => void apps.refetch()} />;
  // What other programs keep is meant more often than what this page keeps for itself.
  const first = apps.data.find((app) => app !== endpoint.appId) ?? apps.data[0];
  if (first === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t("shares.nothing")}
      </Text>
    );
  return <ShareFields {...props} apps={apps.data} first={first} maxDays={maxDays} />;
}

interface FieldsProps extends Props {
  readonly apps: readonly string[];
  readonly first: string;
  readonly maxDays: number;
}

function ShareFields({ access, onMade, onCancel, apps, first, maxDays }: FieldsProps) {
  const { t } = useTranslation();
  const { endpoint } = useSession();
  const [order, setOrder] = useState<ShareOrder>({
    place: { app: first, folder: [], file: null },
    label: "",
    days: Math.min(usualDays, maxDays),
  });
  const { place, label, days } = order;
  const setPlace = (next: SharedPlace) => setOrder({ ...order, place: next });
  const isOwn = place.app === endpoint.appId;
  return (
    <OrderForm
      label={t("shares.add")}
      isReady={days >= 1 && days <= maxDays}
      create={async () => onMade({ link: await access.createShare(order), order })}
      onCancel={onCancel}
      queryKey={[...access.key, "shares"]}
    >
      <NativeSelect
        label={t("access.field.app")}
        description={isOwn ? t("shares.ownApp") : t("shares.appHint")}
        data={[...apps]}
        value={place.app}
        onChange={(event) => setPlace({ app: event.currentTarget.value, folder: [], file: null })}
        autoFocus
      />
      <PlacePicker access={access} place={place} onChange={setPlace} />
      <TextInput
        label={t("shares.label")}
        description={t("shares.labelHint")}
        placeholder={nameOfPlace(place)}
        value={label}
        onChange={(event) => setOrder({ ...order, label: event.currentTarget.value })}
        maxLength={100}
        autoComplete="off"
      />
      <DaysField days={days} onChange={(next) => setOrder({ ...order, days: next })} maxDays={maxDays} />
    </OrderForm>
  );
}
