import { Button } from "@mantine/core";
import { IconCloudOff, IconKey, IconUserQuestion } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Failure, toFailure } from "../api/failure.ts";
import { useSession } from "../app/session.tsx";
import { EmptyState } from "../design/empty-state.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { ReplaceIdentity } from "../identity/replace-identity.tsx";

interface Props {
  /** Shown while the server is asked. */
  readonly pending: ReactNode;
  readonly children: ReactNode;
}

/** Lets members of the server through; everybody else learns what to do. */
export function MemberGate({ pending, children }: Props) {
  const { trpc } = useSession();
  const me = useQuery(trpc.me.get.queryOptions(undefined, { staleTime: 60_000 }));
  if (me.data !== undefined) return children;
  if (me.isPending) return pending;
  return <Stranger failure={toFailure(me.error)} onRetry={() => void me.refetch()} />;
}

function Stranger({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  const { trpc } = useSession();
  const isUnknown = failure.reason === "unknown_root";
  const status = useQuery({ ...trpc.setup.status.queryOptions(), enabled: isUnknown });
  if (failure.code === "unreachable")
    return (
      <EmptyState
        icon={IconCloudOff}
        title={t("setup.offlineTitle")}
        actions={<Button onClick={onRetry}>{t("shell.retry")}</Button>}
      >
        {t("setup.offlineText")}
      </EmptyState>
    );
  if (!isUnknown) return <FailureNotice failure={failure} onRetry={onRetry} />;
  if (status.isPending) return null;
  return status.data?.claimed === false ? <Unclaimed /> : <Unknown />;
}

function Unclaimed() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconKey}
      title={t("setup.unclaimedTitle")}
      actions={
        <Button component={Link} to="/setup">
          {t("setup.enterSetup")}
        </Button>
      }
    >
      <p>{t("setup.unclaimedText")}</p>
      <p>{t("setup.unclaimedTodo")}</p>
    </EmptyState>
  );
}

function Unknown() {
  const { t } = useTranslation();
  const [isRestoring, setRestoring] = useState(false);
  return (
    <>
      <EmptyState
        icon={IconUserQuestion}
        title={t("setup.unknownTitle")}
        actions={
          <>
            <Button component={Link} to="/invite">
              {t("setup.enterInvite")}
            </Button>
            <Button variant="default" onClick={() => setRestoring(true)}>
              {t("setup.enterWords")}
            </Button>
          </>
        }
      >
        <p>{t("setup.unknownText")}</p>
        <p>{t("setup.unknownInvite")}</p>
        <p>{t("setup.unknownWords")}</p>
        <p>{t("setup.unknownChat")}</p>
      </EmptyState>
      <ReplaceIdentity isOpen={isRestoring} onClose={() => setRestoring(false)} />
    </>
  );
}
