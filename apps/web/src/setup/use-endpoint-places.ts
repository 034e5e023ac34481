import { useMemo } from "react";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { createEndpointPlaces, type EndpointPlaces } from "./endpoint-places.ts";
import { endpointToken } from "./use-claim-targets.ts";

/** The places on this installation's endpoint, as this identity may give or take them. */
export function useEndpointPlaces(): EndpointPlaces {
  const runtime = useRuntime();
  const session = useSession();
  return useMemo(
    () =>
      createEndpointPlaces({
        baseUrl: session.endpoint.baseUrl,
        fetch: runtime.fetch,
        token: endpointToken(runtime, session),
      }),
    [runtime, session],
  );
}
