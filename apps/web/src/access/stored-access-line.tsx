import { Badge, Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../app/runtime.tsx";
import { useFormat } from "../design/use-format.ts";
import type { StoredAccess } from "./access-rows.ts";
import { ChangeButton } from "./change-button.tsx";

interface Props {
  readonly one: StoredAccess;
  /** What it lets do, where that is not the same for all in the list. */
  readonly badge?: { readonly color: string; readonly text: string };
  /** What revoking it does. */
  readonly revokeText: string;
  readonly revoke: () => Promise<void>;
  readonly queryKey: readonly string[];
}

/** An app password or a share link: what it opens, how long, when it was used, and its end. */
export function StoredAccessLine({ one, badge, revokeText, revoke, queryKey }: Props) {
  const { t } = useTranslation();
  const name = one.label === "" ? t("access.unnamed") : one.label;
  return (
    <Group component="li" justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
      <Facts one={one} name={name} {...(badge === undefined ? {} : { badge })} />
      <ChangeButton
        label={t("access.revoke")}
        fullLabel={t("access.revokeNamed", { name })}
        title={t("access.revokeTitle", { name })}
        text={revokeText}
        done={t("access.revoked", { name })}
        run={revoke}
        queryKey={queryKey}
      />
    </Group>
  );
}

function Facts({ one, name, badge }: Pick<Props, "one" | "badge"> & { readonly name: string }) {
  const { t } = useTranslation();
  const { clock } = useRuntime();
  const format = useFormat();
  const { app, path, expiresMs, lastUsedMs } = one;
  const hasEnded = expiresMs <= clock.nowMs();
  return (
    <Stack gap={4} miw={0}>
      <Group gap="xs">
        <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
        {badge !== undefined && <Mark {...badge} />}
        {hasEnded && <Mark color="gray" text={t("access.ended")} />}
      </Group>
      <Code style={{ overflowWrap: "anywhere", whiteSpace: "normal", width: "fit-content" }}>
        {path === "" ? app : `${app}/${path}`}
      </Code>
      <Text size="xs" c="dimmed">
        {t("access.until", { when: format.day(expiresMs) })}
        {" · "}
        {lastUsedMs === null ? t("access.neverUsed") : t("access.lastUsed", { when: format.ago(lastUsedMs) })}
      </Text>
    </Stack>
  );
}

function Mark({ color, text }: { readonly color: string; readonly text: string }) {
  return (
    <Badge variant="light" color={color} tt="none" fw={500}>
      {text}
    </Badge>
  );
}
