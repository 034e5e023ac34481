import {
  createAutoSync,
  createDavLaneRemote,
  createRequestLog,
  createSyncEngine,
  type RequestLog,
  type SyncEngine,
} from "@relite/core/sync";
import type { Runtime } from "../app/runtime.tsx";
import type { Session } from "../app/session.tsx";
import type { LocalChat } from "../chat/local-chat.tsx";
import { createEndpointClient } from "./endpoint-client.ts";

export interface SyncControl {
  readonly engine: SyncEngine;
  readonly log: RequestLog;
  setAutomatic(isAutomatic: boolean): void;
  close(): void;
}

/** Sync of this device with the endpoint, by hand and by itself (SY6), until closed. */
export function startSync(runtime: Runtime, session: Session, local: LocalChat): SyncControl {
  const { clock, random, page } = runtime;
  const { store, locks } = local;
  const log = createRequestLog(clock);
  const { client, correctClock } = createEndpointClient({
    endpoint: session.endpoint,
    signer: session.signer,
    proof: session.identity.delegation,
    clock,
    fetch: log.wrap(runtime.fetch),
    api: { origin: runtime.origin, audience: session.server.apiAudience },
  });
  const engine = createSyncEngine({
    store,
    remote: createDavLaneRemote({ client, appId: session.endpoint.appId }),
    clock,
    random,
    locks,
    signer: session.signer,
    renewToken: () => correctClock(log.serverDateMs() ?? clock.nowMs()),
  });
  const auto = createAutoSync({ engine, store, clock });
  const onVisible = () => {
    if (page.document.visibilityState === "visible") auto.trigger("visible");
  };
  const onOnline = () => auto.trigger("online");
  page.document.addEventListener("visibilitychange", onVisible);
  page.addEventListener("online", onOnline);
  return {
    engine,
    log,
    setAutomatic: auto.setEnabled,
    close: () => {
      page.document.removeEventListener("visibilitychange", onVisible);
      page.removeEventListener("online", onOnline);
      auto.close();
    },
  };
}
