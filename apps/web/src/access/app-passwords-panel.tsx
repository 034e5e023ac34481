import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { FailureNotice } from "../design/failure-notice.tsx";
import { Panel } from "../design/panel.tsx";
import { AccessGate } from "./access-gate.tsx";
import type { MadePassword } from "./access-rows.ts";
import { AppPasswordForm } from "./app-password-form.tsx";
import { AppPasswordLine } from "./app-password-line.tsx";
import { accessFailure } from "./endpoint-access.ts";
import { MadePasswordDialog } from "./made-password-dialog.tsx";
import type { Access } from "./use-access.ts";

/** Passwords for programs that know WebDAV but no tokens. */
export function AppPasswordsPanel() {
  const { t } = useTranslation();
  return (
    <Panel id="app-passwords" title={t("access.passwords")} hint={t("access.passwordsHint")}>
      <AccessGate>{(access) => <AppPasswords access={access} />}</AccessGate>
    </Panel>
  );
}

/** The password made last lives here, in memory, until it is dismissed. */
function AppPasswords({ access }: { readonly access: Access }) {
  const { t } = useTranslation();
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<MadePassword | null>(null);
  const addButton = useFocusBack(isAdding || made !== null);
  const onMade = (next: MadePassword) => {
    setMade(next);
    setAdding(false);
  };
  return (
    <>
      <AppPasswordList access={access} />
      {isAdding ? (
        <AppPasswordForm access={access} onMade={onMade} onCancel={() => setAdding(false)} />
      ) : (
        <Group>
          <Button ref={addButton} variant="default" onClick={() => setAdding(true)}>
            {t("access.add")}
          </Button>
        </Group>
      )}
      {made !== null && <MadePasswordDialog made={made} onClose={() => setMade(null)} />}
    </>
  );
}

/** Who uses the keyboard goes on where the form was opened. */
function useFocusBack(isOpen: boolean) {
  const target = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) target.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return target;
}

function AppPasswordList({ access }: { readonly access: Access }) {
  const { t } = useTranslation();
  const list = useQuery({
    queryKey: [...access.key, "passwords"],
    queryFn: access.appPasswords,
    retry: false,
  });
  if (list.isPending) return <Skeleton height={40} />;
  if (list.data === undefined)
    return <FailureNotice failure={accessFailure(list.error)} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("access.noPasswords")}
      </Text>
    );
  return (
    <Stack
      gap="sm"
      component="ul"
      m={0}
      p={0}
      style={{ listStyle: "none" }}
      aria-label={t("access.passwords")}
    >
      {list.data.map((one) => (
        <AppPasswordLine key={one.id} password={one} access={access} />
      ))}
    </Stack>
  );
}
