import type { AppRouter } from "@relite/api/router";
import type { Signer } from "@relite/core/ucan";
import { useQuery } from "@tanstack/react-query";
import type { TRPCClient } from "@trpc/client";
import type { TRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { useLiveQuery } from "dexie-react-hooks";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { toFailure } from "../api/failure.ts";
import type { ServerConfig } from "../api/server-config.ts";
import { type IdentityRecord, renewDelegation } from "../identity/identity.ts";
import {
  type Endpoint,
  type EndpointChoice,
  endpointOf,
  parseChoice,
} from "../settings/endpoint-settings.ts";
import { openSession, readServerConfig } from "./open-session.ts";
import { PageSkeleton } from "./page-skeleton.tsx";
import { useRuntime } from "./runtime.tsx";
import { ServerSilentPage } from "./server-silent-page.tsx";

/** Who the user is and how the servers are reached from here. */
export interface Session {
  readonly identity: IdentityRecord;
  readonly signer: Signer;
  readonly server: ServerConfig;
  readonly choice: EndpointChoice;
  readonly endpoint: Endpoint;
  /** Plain calls. */
  readonly api: TRPCClient<AppRouter>;
  /** The same calls as query and mutation options. */
  readonly trpc: TRPCOptionsProxy<AppRouter>;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("There is no session here.");
  return session;
}

interface Props {
  readonly identity: IdentityRecord;
  readonly children: ReactNode;
}

export function SessionProvider({ identity, children }: Props) {
  const runtime = useRuntime();
  useDelegationRenewal(identity);
  const config = useQuery({
    queryKey: ["server-config"],
    queryFn: () => readServerConfig(runtime),
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
  const server = config.data;
  const opened = useQuery({
    queryKey: ["session", identity.deviceDid, identity.delegation, server?.apiAudience],
    queryFn: () => (server === undefined ? null : openSession(runtime, identity, server)),
    enabled: server !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  const choice = useLiveQuery(
    async () => parseChoice((await runtime.database.settings.get("endpoint"))?.value),
    [runtime.database],
  );
  const session = useMemo(() => {
    if (server === undefined || choice === undefined || opened.data == null) return null;
    return { identity, server, choice, endpoint: endpointOf(choice, server), ...opened.data };
  }, [identity, server, choice, opened.data]);
  if (config.isError)
    return <ServerSilentPage failure={toFailure(config.error)} onRetry={() => void config.refetch()} />;
  if (session === null) return <PageSkeleton />;
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Stored where every tab sees it; a session with the new delegation follows by itself. */
function useDelegationRenewal(identity: IdentityRecord) {
  const { database, clock } = useRuntime();
  useEffect(() => {
    const renew = async () => {
      const renewed = await renewDelegation(identity, clock.nowMs());
      if (renewed !== null) await database.identity.put(renewed);
    };
    void renew();
    const timer = setInterval(() => void renew(), 6 * 3_600_000);
    return () => clearInterval(timer);
  }, [identity, database, clock]);
}
