import { Box, Group, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import styles from "./page-frame.module.css";

interface Props {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly width?: "reading" | "wide";
  readonly children: ReactNode;
}

/** Title, actions and content at the same place on every page. */
export function PageFrame({ title, actions, width = "wide", children }: Props) {
  useDocumentTitle(`${title} · Relite`);
  return (
    <Box className={styles.frame} data-width={width}>
      <Group className={styles.head} justify="space-between" gap="md">
        <Title order={1}>{title}</Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Box>
  );
}
