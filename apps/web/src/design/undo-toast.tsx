import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

/** Something was deleted and can be brought back for a while. */
export function useToastUndo() {
  const { t } = useTranslation();
  return (message: string, undo: () => Promise<void>) => {
    const id = crypto.randomUUID();
    const bringBack = () => {
      notifications.hide(id);
      void undo();
    };
    notifications.show({
      id,
      autoClose: 10_000,
      color: "gray",
      message: (
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm">{message}</Text>
          <Button size="compact-sm" variant="light" onClick={bringBack}>
            {t("shell.undo")}
          </Button>
        </Group>
      ),
    });
  };
}
