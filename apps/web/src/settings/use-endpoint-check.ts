import { randomHex } from "@relite/core/sync";
import { useState } from "react";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { createEndpointClient } from "../sync/endpoint-client.ts";
import { type CheckResult, type CheckStep, checkEndpoint } from "./check-endpoint.ts";
import type { Endpoint } from "./endpoint-settings.ts";

export type CheckResults = ReadonlyMap<CheckStep, CheckResult>;

/** Tries the settings as they stand in the form, saved or not. */
export function useEndpointCheck() {
  const runtime = useRuntime();
  const session = useSession();
  const [results, setResults] = useState<CheckResults | null>(null);
  const [isRunning, setRunning] = useState(false);
  const run = async (endpoint: Endpoint) => {
    const { client } = createEndpointClient({
      endpoint,
      signer: session.signer,
      proof: session.identity.delegation,
      clock: runtime.clock,
      fetch: runtime.fetch,
      api: { origin: runtime.origin, audience: session.server.apiAudience },
    });
    let isBlocked = false;
    const onViolation = () => {
      isBlocked = true;
    };
    document.addEventListener("securitypolicyviolation", onViolation);
    setRunning(true);
    setResults(new Map());
    try {
      await checkEndpoint({
        endpoint,
        client,
        fetch: runtime.fetch,
        wasBlocked: () => isBlocked,
        scratchName: `relite-check-${randomHex(runtime.random, 16)}.txt`,
        onResult: (step, result) => setResults((known) => new Map(known).set(step, result)),
      });
    } finally {
      document.removeEventListener("securitypolicyviolation", onViolation);
      setRunning(false);
    }
  };
  return { results, isRunning, run };
}
