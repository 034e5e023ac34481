import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../app/session.tsx";
import { useFormat } from "../design/use-format.ts";

interface Props {
  /** 0 for what is no number. */
  readonly days: number;
  readonly onChange: (days: number) => void;
  readonly maxDays: number;
}

/** How long something opens, and why not longer. */
export function DaysField({ days, onChange, maxDays }: Props) {
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
      value={days}
      onChange={(value) => onChange(typeof value === "number" ? value : 0)}
    />
  );
}
