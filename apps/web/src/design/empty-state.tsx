import { Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  readonly icon: TablerIcon;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** Says what is not there yet and what to do about it. */
export function EmptyState({ icon: Icon, title, children, actions }: Props) {
  return (
    <Stack align="center" gap="sm" py={64} px="md" maw={460} mx="auto" ta="center">
      <ThemeIcon variant="light" size={56} radius="xl" aria-hidden>
        <Icon size={28} stroke={1.5} />
      </ThemeIcon>
      <Title order={2} mt="xs">
        {title}
      </Title>
      <Text c="dimmed" component="div">
        {children}
      </Text>
      {actions !== undefined && (
        <Group gap="sm" mt="xs" justify="center">
          {actions}
        </Group>
      )}
    </Stack>
  );
}
