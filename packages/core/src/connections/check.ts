import type { Clock } from "../clock/index.ts";
import type { SecretBox } from "../crypto/index.ts";
import { isOtherServer } from "../library/index.ts";
import type { Fetch } from "../webdav/index.ts";
import type { Connection } from "./connection.ts";
import { openCredentials } from "./credentials.ts";
import { toFailure } from "./failure.ts";
import { type ProbeResult, probe } from "./probe.ts";
import type { ConnectionRepository } from "./repository.ts";

/** What a check found: the server's product, or why it does not work. */
export interface ConnectionCheck {
  readonly ok: boolean;
  readonly server: string | null;
  readonly failure: {
    readonly code: string;
    readonly reason: string | null;
    readonly message: string;
  } | null;
}

interface CheckParts {
  readonly connections: ConnectionRepository;
  readonly fetch: Fetch;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}

/** Probes a stored connection now; one that was stopped or failing and works again is due at once. */
export async function checkConnection(
  parts: CheckParts,
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<ConnectionCheck> {
  let found: ProbeResult;
  try {
    const credentials = await openCredentials(connection, parts);
    found = await probe({ url: connection.url, credentials }, { ...parts, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const { code, reason, message } = toFailure(error);
    return { ok: false, server: null, failure: { code, reason, message } };
  }
  const server = found.serverIdentity;
  if (isOtherServer(connection.serverIdentity, server)) {
    const message = "Another server answers at this address than before.";
    return { ok: false, server, failure: { code: "conflict", reason: "server_changed", message } };
  }
  if (connection.status === "stopped" || connection.status === "failing") await revive(parts, connection);
  return { ok: true, server, failure: null };
}

/** A server that works again is synced again. */
async function revive(parts: CheckParts, { userId, id, lastSyncAtMs }: Connection): Promise<void> {
  const status = lastSyncAtMs === null ? "idle" : "ok";
  const nowMs = parts.clock.nowMs();
  await parts.connections.update(userId, id, { status, failure: null, failures: 0, nextSyncAtMs: nowMs });
}
