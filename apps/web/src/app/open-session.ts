import type { AppRouter } from "@relite/api/router";
import { createApiClient } from "@relite/core/api-client";
import { ReliteError } from "@relite/core/errors";
import { signerFromKeyPair } from "@relite/core/ucan";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { parseServerConfig, type ServerConfig } from "../api/server-config.ts";
import type { IdentityRecord } from "../identity/identity.ts";
import type { Runtime } from "./runtime.tsx";

const rememberedKey = "server-config";

/** What the API says now; without an answer what it said last, so that the page works offline. */
export async function readServerConfig(runtime: Runtime): Promise<ServerConfig> {
  const { database } = runtime;
  const fresh = await askServer(runtime);
  if (fresh !== null) {
    await database.settings.put({ key: rememberedKey, value: fresh });
    return fresh;
  }
  const remembered = parseServerConfig((await database.settings.get(rememberedKey))?.value);
  if (remembered === null) throw new ReliteError("unavailable", "The server gave no settings.");
  return remembered;
}

async function askServer(runtime: Runtime): Promise<ServerConfig | null> {
  try {
    const answer = await runtime.fetch(new URL("/api/config", runtime.origin), {
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(10_000),
    });
    return answer.ok ? parseServerConfig(await answer.json()) : null;
  } catch {
    // No answer or no JSON: both mean that the remembered settings count.
    return null;
  }
}

/** The typed client of the API, signed by this device. */
export async function openSession(runtime: Runtime, identity: IdentityRecord, server: ServerConfig) {
  const signer = await signerFromKeyPair(identity.deviceKeys);
  const api = createApiClient<AppRouter>({
    baseUrl: runtime.origin,
    signer,
    proof: identity.delegation,
    audience: server.apiAudience,
    clock: runtime.clock,
    fetch: runtime.fetch,
  });
  const trpc = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient: runtime.queryClient });
  return { signer, api, trpc };
}
