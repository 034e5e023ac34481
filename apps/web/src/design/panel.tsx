import { Paper, type PaperProps, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props extends PaperProps {
  readonly id?: string;
  readonly title: string;
  readonly hint?: string;
  readonly children: ReactNode;
}

/** One titled group of settings or facts. */
export function Panel({ title, hint, children, ...paper }: Props) {
  return (
    <Paper component="section" withBorder p={{ base: "md", sm: "lg" }} aria-label={title} {...paper}>
      <Stack gap="md">
        <div>
          <Title order={2}>{title}</Title>
          {hint !== undefined && (
            <Text size="sm" c="dimmed" mt={4}>
              {hint}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </Paper>
  );
}
