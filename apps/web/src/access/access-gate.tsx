import { Skeleton, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FailureNotice } from "../design/failure-notice.tsx";
import { accessFailure } from "./endpoint-access.ts";
import { type Access, useAccess } from "./use-access.ts";

/** Shows what needs a Relite endpoint, or says why it is not here. */
export function AccessGate({ children }: { readonly children: (access: Access) => ReactNode }) {
  const { t } = useTranslation();
  const found = useAccess();
  if (found.state === "ready") return children(found.access);
  if (found.state === "asking") return <Skeleton height={40} />;
  if (found.state === "failed")
    return <FailureNotice failure={accessFailure(found.error)} onRetry={found.retry} />;
  return (
    <Text size="sm" c="dimmed">
      {t(`access.unavailable.${found.state}`)}
    </Text>
  );
}
