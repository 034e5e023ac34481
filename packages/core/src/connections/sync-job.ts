import type { Clock } from "../clock/index.ts";
import type { SecretBox } from "../crypto/index.ts";
import { isReliteError } from "../errors/index.ts";
import {
  backoffMs,
  type Job,
  type JobContext,
  type JobFailure,
  type JobWork,
  jitteredMs,
} from "../jobs/index.ts";
import {
  type ProposalKind,
  type ProposalRepository,
  type ScanOutcome,
  type ScanStore,
  scanConnection,
} from "../library/index.ts";
import type { Logger } from "../log/index.ts";
import { classifyFailure, createDavClient, DavFault, type Fetch } from "../webdav/index.ts";
import type { Connection, ConnectionPatch } from "./connection.ts";
import { authorizationOf, openCredentials } from "./credentials.ts";
import { toFailure } from "./failure.ts";
import type { ConnectionRepository } from "./repository.ts";

export interface SyncJobParts {
  readonly connections: ConnectionRepository;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  /** Guarded: the address comes from a user. */
  readonly fetch: Fetch;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
  readonly log: Logger;
  /** Time between two syncs of a connection that works. */
  readonly intervalMs: number;
}

/** The work of a sync job: scans the connection, and notes on it how that went and when it is due again. */
export function createSyncWork(parts: SyncJobParts): JobWork {
  return async (job, context) => {
    const connection = await parts.connections.get(job.userId, job.connectionId);
    if (connection === null) return gone;
    try {
      const outcome = await scan(parts, connection, context);
      return await noteOutcome(parts, connection, outcome);
    } catch (error) {
      context.signal.throwIfAborted();
      return noteFailure(parts, { job, connection, error });
    }
  };
}

const gone: JobFailure = { code: "not_found", reason: null, message: "The connection was removed." };

async function scan(parts: SyncJobParts, connection: Connection, context: JobContext): Promise<ScanOutcome> {
  const authorization = authorizationOf(await openCredentials(connection, parts));
  const client = createDavClient({
    baseUrl: connection.url,
    fetch: parts.fetch,
    authorization: async () => authorization,
  });
  return scanConnection({
    ...parts,
    userId: connection.userId,
    connectionId: connection.id,
    client,
    serverIdentity: connection.serverIdentity,
    freshFromMs: connection.updatedAtMs,
    signal: context.signal,
    onProgress: context.onProgress,
  });
}

async function noteOutcome(
  parts: SyncJobParts,
  connection: Connection,
  outcome: ScanOutcome,
): Promise<JobFailure | null> {
  const nowMs = parts.clock.nowMs();
  const kind = outcome.proposal?.kind ?? null;
  const waiting = kind === null ? null : failureByProposal[kind];
  const failure = waiting === null ? null : { ...waiting, atMs: nowMs };
  if (kind === "server_changed") {
    await patch(parts, connection, { status: "stopped", failure, nextSyncAtMs: null });
    return waiting;
  }
  await patch(parts, connection, {
    status: "ok",
    failure,
    failures: 0,
    lastSyncAtMs: nowMs,
    nextSyncAtMs: nowMs + jitteredMs(parts.intervalMs, parts.random),
    serverIdentity: outcome.serverIdentity ?? connection.serverIdentity,
  });
  return null;
}

const failureByProposal: Readonly<Record<ProposalKind, JobFailure>> = {
  many_missing: waitsForUser(
    "many_missing",
    "Many books were not listed any more; nothing was marked until you decide.",
  ),
  root_empty: waitsForUser(
    "root_empty",
    "The folder lists nothing any more; nothing was marked until you decide.",
  ),
  server_changed: waitsForUser(
    "server_changed",
    "Another server answers at this address; it is not read until you decide.",
  ),
};

function waitsForUser(reason: ProposalKind, message: string): JobFailure {
  return { code: "conflict", reason, message };
}

interface FailedSync {
  readonly job: Job;
  readonly connection: Connection;
  readonly error: unknown;
}

/** Refused credentials stop the connection; anything else is tried again, later each time. */
async function noteFailure(parts: SyncJobParts, { job, connection, error }: FailedSync): Promise<JobFailure> {
  const nowMs = parts.clock.nowMs();
  const failure = toFailure(error);
  const { code, reason } = failure;
  const cause = isReliteError(error) ? error.cause : error;
  parts.log.warn({ jobId: job.id, connectionId: connection.id, code, reason, cause }, "a sync failed");
  const failures = connection.failures + 1;
  const hasStopped = classifyFailure(error) === "credentials";
  const askedMs = error instanceof DavFault ? (error.retryAfterMs ?? 0) : 0;
  const waitMs = Math.max(askedMs, backoffMs(failures, parts.random));
  await patch(parts, connection, {
    status: hasStopped ? "stopped" : "failing",
    failure: { ...failure, atMs: nowMs },
    failures,
    nextSyncAtMs: hasStopped ? null : nowMs + waitMs,
  });
  return failure;
}

/** Unless the user changed address or secret meanwhile: then the outcome is of something that is no more. */
async function patch(parts: SyncJobParts, before: Connection, change: ConnectionPatch): Promise<void> {
  const now = await parts.connections.get(before.userId, before.id);
  if (now === null || now.updatedAtMs !== before.updatedAtMs) return;
  await parts.connections.update(before.userId, before.id, change);
}
