import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import styles from "../design/page-frame.module.css";

/** The outline of a page while its code comes. */
export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <div className={styles.frame} role="status" aria-label={t("shell.loading")}>
      <Skeleton height={34} width={180} mb="xl" />
      <Stack gap="sm">
        {[88, 72, 80, 64].map((percent) => (
          <Skeleton key={percent} height={20} width={`${percent}%`} />
        ))}
      </Stack>
    </div>
  );
}
