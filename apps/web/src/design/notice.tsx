import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { IconAlertCircle, IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";

type Tone = "info" | "success" | "warning" | "error";

const looks = {
  info: { color: "blue", icon: IconInfoCircle },
  success: { color: "pine", icon: IconCircleCheck },
  warning: { color: "orange", icon: IconAlertTriangle },
  error: { color: "red", icon: IconAlertCircle },
} as const;

interface Props {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  readonly code?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

/** What happened, what to do, and the stable code for whoever is asked for help. */
export function Notice({ tone, title, children, code, action }: Props) {
  const { color, icon: Icon } = looks[tone];
  return (
    <Alert
      variant="light"
      color={color}
      radius="md"
      title={title}
      icon={<Icon size={20} stroke={1.7} aria-hidden />}
      role={tone === "error" ? "alert" : "status"}
      styles={{
        root: { background: "color-mix(in srgb, var(--alert-color) 9%, var(--mantine-color-body))" },
        title: { color: "var(--mantine-color-text)" },
        message: { color: "var(--mantine-color-text)" },
      }}
    >
      <Stack gap="xs">
        {children !== undefined && (
          <Text size="sm" component="div">
            {children}
          </Text>
        )}
        {(code !== undefined || action !== undefined) && (
          <Group gap="sm" justify="space-between">
            {action !== undefined && (
              <Button size="compact-sm" variant="default" onClick={action.run}>
                {action.label}
              </Button>
            )}
            {code !== undefined && <Code fz="xs">{code}</Code>}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
