import type { Clock } from "@relite/core/clock";
import { createTokenSource, type Signer } from "@relite/core/ucan";
import { createDavClient, type DavClient } from "@relite/core/webdav";
import type { Endpoint } from "../settings/endpoint-settings.ts";

interface Options {
  readonly endpoint: Endpoint;
  readonly signer: Signer;
  /** Delegation owner → device; none where the owner key itself signs. */
  readonly proof?: string;
  readonly clock: Clock;
  /** Already wrapped by whoever wants to see the requests. */
  readonly fetch: typeof fetch;
  /** The API, for proxy mode. */
  readonly api: { readonly origin: string; readonly audience: string };
}

export interface EndpointClient {
  readonly client: DavClient;
  /** Takes the server's time for the true one; the next request carries a fresh token. */
  correctClock(serverDateMs: number): void;
}

/** The address whose `apps/` holds the files: the endpoint itself, or the API's proxy in front of it (SY2). */
export function baseUrlOf(endpoint: Endpoint, apiOrigin: string): string {
  return endpoint.mode === "proxy" ? `${apiOrigin}/api/webdav/` : `${endpoint.baseUrl}${endpoint.prefix}/`;
}

/** WebDAV on the endpoint with a token for this app; through the proxy the API's own token goes along. */
export function createEndpointClient(options: Options): EndpointClient {
  const { endpoint, signer, clock, api } = options;
  const proof = options.proof === undefined ? {} : { proof: options.proof };
  const sources = {
    endpoint: createTokenSource({
      signer,
      ...proof,
      clock,
      audience: endpoint.audience,
      capabilities: [{ with: `app:${endpoint.appId}`, can: "app/write" }],
    }),
    api: createTokenSource({
      signer,
      ...proof,
      clock,
      audience: api.audience,
      capabilities: [{ with: "profile:", can: "profile/read" }],
    }),
  };
  const proxied: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("x-relite-authorization", `Bearer ${await sources.api.token()}`);
    return options.fetch(input, { ...init, headers });
  };
  return {
    client: createDavClient({
      baseUrl: baseUrlOf(endpoint, api.origin),
      fetch: endpoint.mode === "proxy" ? proxied : options.fetch,
      authorization: async () => `Bearer ${await sources.endpoint.token()}`,
    }),
    correctClock: (serverDateMs) => {
      sources.endpoint.correctClock(serverDateMs);
      sources.api.correctClock(serverDateMs);
    },
  };
}
