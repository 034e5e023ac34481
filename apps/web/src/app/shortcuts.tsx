import { Group, Kbd, Modal, Stack, Table, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Fragment, useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { createKeySequence } from "./key-sequence.ts";
import { useRuntime } from "./runtime.tsx";

/** Whether the `?` overlay is open; kept in the runtime so that any button may open it. */
export function useShortcutOverlay() {
  const { overlay } = useRuntime();
  const isOpen = useSyncExternalStore(overlay.subscribe, overlay.get);
  return { isOpen, open: () => overlay.set(true), close: () => overlay.set(false) };
}

const groups = [
  {
    title: "shortcuts.go",
    rows: [
      { keys: ["g", "l"], label: "shell.library" },
      { keys: ["g", "c"], label: "shell.connections" },
      { keys: ["g", "m"], label: "shell.chat" },
      { keys: ["g", "s"], label: "shell.settings" },
    ],
  },
  {
    title: "shortcuts.act",
    rows: [
      { keys: ["/"], label: "shortcuts.search" },
      { keys: ["n"], label: "shortcuts.new" },
      { keys: ["Enter"], label: "shortcuts.send" },
      { keys: ["Shift", "Enter"], label: "shortcuts.newLine" },
      { keys: ["Esc"], label: "shortcuts.close" },
      { keys: ["?"], label: "shortcuts.help" },
    ],
  },
] as const;

/** Listens for the shortcuts of the whole application and shows the overlay. */
export function ShortcutLayer() {
  const { t } = useTranslation();
  const overlay = useShortcutOverlay();
  useGlobalShortcuts();
  return (
    <Modal opened={overlay.isOpen} onClose={overlay.close} title={t("shell.shortcuts")} size="md">
      <Stack gap="lg">
        {groups.map((group) => (
          <div key={group.title}>
            <Title order={3} mb="xs">
              {t(group.title)}
            </Title>
            <Table withRowBorders={false} verticalSpacing={6} horizontalSpacing={0}>
              <Table.Tbody>
                {group.rows.map((row) => (
                  <Table.Tr key={row.label}>
                    <Table.Td>
                      <Text size="sm">{t(row.label)}</Text>
                    </Table.Td>
                    <Table.Td>
                      <Group gap={6} justify="flex-end">
                        {row.keys.map((key) => (
                          <Fragment key={key}>
                            <Kbd>{key}</Kbd>
                          </Fragment>
                        ))}
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        ))}
      </Stack>
    </Modal>
  );
}

function useGlobalShortcuts() {
  const navigate = useNavigate();
  const { overlay } = useRuntime();
  useEffect(() => {
    const sequence = createKeySequence({
      "g l": () => void navigate({ to: "/library" }),
      "g c": () => void navigate({ to: "/connections" }),
      "g m": () => void navigate({ to: "/chat" }),
      "g s": () => void navigate({ to: "/settings" }),
      "/": () => focusMarked("search"),
      n: () => pressMarked("new"),
      "?": () => overlay.set(true),
    });
    const onKey = (event: KeyboardEvent) => {
      if (sequence.press(event)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate, overlay]);
}

/** Pages mark their search field and their "new" button with `data-shortcut`. */
function focusMarked(name: string) {
  document.querySelector<HTMLElement>(`[data-shortcut="${name}"]`)?.focus();
}

function pressMarked(name: string) {
  document.querySelector<HTMLElement>(`[data-shortcut="${name}"]`)?.click();
}
