import { Box, Paper } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./centered-page.module.css";
import { Wordmark } from "./wordmark.tsx";

/** One card in the middle: first visit and pages that stand outside the application. */
export function CenteredPage({ children }: { readonly children: ReactNode }) {
  return (
    <Box component="main" className={styles.page}>
      <Box className={styles.mark}>
        <Wordmark size={32} />
      </Box>
      <Paper className={styles.card} withBorder>
        {children}
      </Paper>
    </Box>
  );
}
