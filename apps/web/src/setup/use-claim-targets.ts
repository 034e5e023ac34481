import { type Capability, createTokenSource } from "@relite/core/ucan";
import { useMemo } from "react";
import { type Runtime, useRuntime } from "../app/runtime.tsx";
import { type Session, useSession } from "../app/session.tsx";
import { type ClaimTarget, createEndpointTarget } from "./claim.ts";

/** Both servers of this installation, as this identity may claim them. */
export function useClaimTargets(): { readonly api: ClaimTarget; readonly endpoint: ClaimTarget } {
  const runtime = useRuntime();
  const session = useSession();
  return useMemo(
    () => ({ api: apiTarget(runtime, session), endpoint: endpointTarget(runtime, session) }),
    [runtime, session],
  );
}

function apiTarget({ origin }: Runtime, { api }: Session): ClaimTarget {
  return {
    address: origin,
    claim: async (code) => {
      await api.setup.claim.mutate({ code });
    },
    isMine: async () => {
      await api.me.get.query();
      return true;
    },
  };
}

/** Makes tokens of this device for one call at the endpoint. */
export function endpointToken(
  { clock }: Runtime,
  { signer, identity, endpoint }: Session,
): (capability: Capability) => Promise<string> {
  const { audience } = endpoint;
  return (capability) =>
    createTokenSource({
      signer,
      proof: identity.delegation,
      audience,
      capabilities: [capability],
      clock,
    }).token();
}

function endpointTarget(runtime: Runtime, session: Session): ClaimTarget {
  const { endpoint } = session;
  const tokenFor = endpointToken(runtime, session);
  return createEndpointTarget({
    baseUrl: endpoint.baseUrl,
    fetch: runtime.fetch,
    token: () => tokenFor({ with: "profile:", can: "profile/read" }),
    // A known owner gets a listing, or 404 while the folder is not there yet; anybody else is refused before that.
    isMine: async () => {
      const token = await tokenFor({ with: `app:${endpoint.appId}`, can: "app/read" });
      const answer = await runtime.fetch(`${endpoint.baseUrl}${endpoint.prefix}/apps/${endpoint.appId}/`, {
        method: "PROPFIND",
        headers: { authorization: `Bearer ${token}`, depth: "0" },
      });
      return answer.ok || answer.status === 404;
    },
  });
}
