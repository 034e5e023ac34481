import { ReliteError } from "../errors/index.ts";
import { identityOf } from "../library/index.ts";
import { createDavClient, DavFault, type Fetch } from "../webdav/index.ts";
import { authorizationOf, type Credentials } from "./credentials.ts";

export interface ProbeResult {
  /** Which product answers, when it says so. */
  readonly serverIdentity: string | null;
}

/** A check is for a waiting person. */
const probeTimeoutMs = 20_000;

/** Asks address and credentials by one `PROPFIND Depth: 0`, never by a walk; throws a fault fit to show. */
export async function probe(
  target: { readonly url: string; readonly credentials: Credentials },
  parts: { readonly fetch: Fetch; readonly signal?: AbortSignal | undefined },
): Promise<ProbeResult> {
  const authorization = authorizationOf(target.credentials);
  const client = createDavClient({
    baseUrl: target.url,
    fetch: parts.fetch,
    authorization: async () => authorization,
    limits: { timeoutMs: probeTimeoutMs, maxBytes: 1024 * 1024, maxEntries: 1_000, maxPages: 1 },
  });
  let serverIdentity: string | null = null;
  let isCollection: boolean | null = null;
  try {
    const entries = client.list("", {
      depth: 0,
      ...(parts.signal === undefined ? {} : { signal: parts.signal }),
      onAnswer: ({ headers }) => {
        serverIdentity = identityOf(headers);
      },
    });
    for await (const entry of entries) if (entry.depth === 0) isCollection = entry.isCollection;
  } catch (error) {
    throw toRemoteFault(error);
  }
  if (isCollection === null) throw new DavFault("not_multistatus");
  if (!isCollection) throw new DavFault("not_webdav");
  return { serverIdentity };
}

/** Statuses that mean something else at our own edge become the remote server's faults. */
export function toRemoteFault(error: unknown): unknown {
  if (!(error instanceof ReliteError)) return error;
  if (error.code === "not_found") return new DavFault("nothing_there");
  const isRemote = error.code.startsWith("upstream_");
  const isOurs = error.reason !== undefined || error.code === "internal" || error.code === "cancelled";
  return isRemote || isOurs ? error : new DavFault("unexpected_status");
}
