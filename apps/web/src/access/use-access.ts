import type { AppRouter } from "@relite/api/router";
import { createApiClient } from "@relite/core/api-client";
import { signerFromKeyPair } from "@relite/core/ucan";
import { useQuery } from "@tanstack/react-query";
import { type Runtime, useRuntime } from "../app/runtime.tsx";
import { type Session, useSession } from "../app/session.tsx";
import { accessFailure, createEndpointAccess, type EndpointAccess, type Hand } from "./endpoint-access.ts";

/** Whether this page can manage access on the endpoint in use; `proxy`: only the endpoint itself answers these requests. */
export type AccessState =
  | { readonly state: "asking" | "proxy" | "not_relite" }
  | { readonly state: "failed"; readonly error: unknown; readonly retry: () => void }
  | { readonly state: "ready"; readonly access: Access };

export interface Access extends EndpointAccess {
  /** Where the answers are kept; another endpoint or device has others. */
  readonly key: readonly string[];
  readonly hasOwnerKey: boolean;
}

export function useAccess(): AccessState {
  const runtime = useRuntime();
  const session = useSession();
  const { endpoint, identity } = session;
  const key = ["endpoint-access", endpoint.baseUrl, endpoint.audience, identity.delegation];
  const isDirect = endpoint.mode === "direct";
  const opened = useQuery({
    queryKey: [...key, "open"],
    queryFn: async () => {
      const access = await openAccess(runtime, session);
      return (await access.isRelite()) ? { ...access, key, hasOwnerKey: identity.ownerKeys !== null } : null;
    },
    enabled: isDirect,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  if (!isDirect) return { state: "proxy" };
  if (opened.isError) return { state: "failed", error: opened.error, retry: () => void opened.refetch() };
  if (opened.data === undefined) return { state: "asking" };
  return opened.data === null ? { state: "not_relite" } : { state: "ready", access: opened.data };
}

/** A device is lost for the files first, then for the API: both may be asked again without harm. */
async function openAccess(runtime: Runtime, session: Session): Promise<EndpointAccess> {
  const { identity, signer, endpoint } = session;
  const device: Hand = { signer, proof: identity.delegation };
  const owner = identity.ownerKeys === null ? null : { signer: await signerFromKeyPair(identity.ownerKeys) };
  const { clock, fetch } = runtime;
  const access = createEndpointAccess({ endpoint, device, owner, clock, fetch });
  const api = (hand: Hand) => apiFor(runtime, session, hand).access;
  return {
    ...access,
    loseDevice: async (did) => {
      await access.loseDevice(did);
      await api(device).loseDevice.mutate({ did });
    },
    findDevice: async (did) => {
      await unlessMissing(access.findDevice(did));
      await unlessMissing(api(owner ?? device).findDevice.mutate({ did }));
    },
  };
}

function apiFor({ origin, clock, fetch }: Runtime, { server }: Session, hand: Hand) {
  return createApiClient<AppRouter>({
    ...hand,
    baseUrl: origin,
    audience: server.apiAudience,
    capabilities: [{ with: "access:", can: "access/write" }],
    clock,
    fetch,
  });
}

/** What one of the two servers does not hold for lost is found already. */
async function unlessMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (accessFailure(error).code !== "not_found") throw error;
  }
}
