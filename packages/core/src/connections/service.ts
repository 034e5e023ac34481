import type { Clock } from "../clock/index.ts";
import type { SecretBox } from "../crypto/index.ts";
import { ReliteError } from "../errors/index.ts";
import type { Job, JobQueue } from "../jobs/index.ts";
import type { Proposal, ProposalRepository, ScanStore } from "../library/index.ts";
import { requireStorableText } from "../text/index.ts";
import type { Fetch } from "../webdav/index.ts";
import { parseAddress } from "./address.ts";
import { type ConnectionChange, changedCredentials, type NewAuth, newCredentials } from "./auth.ts";
import { type ConnectionCheck, checkConnection } from "./check.ts";
import type { Connection, ConnectionPatch } from "./connection.ts";
import { type Credentials, openCredentials } from "./credentials.ts";
import { decideProposal } from "./decide-proposal.ts";
import { probe } from "./probe.ts";
import type { ConnectionRepository } from "./repository.ts";

export interface NewConnection {
  readonly name: string;
  readonly url: string;
  readonly auth: NewAuth;
}

export interface ConnectionServiceParts {
  readonly connections: ConnectionRepository;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  readonly queue: JobQueue;
  /** Guarded: the address comes from a user. */
  readonly fetch: Fetch;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly createId: () => string;
  /** Called after a job was enqueued, so that a runner may look at once. */
  readonly onEnqueued?: () => void;
  readonly maxConnections?: number;
}

/**
 * Connections as their user works with them. Somebody else's are `not_found`. A refusal by the remote server is
 * `upstream_failed` or `upstream_timeout` with a reason; nothing is stored then.
 */
export interface ConnectionService {
  list(userId: string): Promise<readonly Connection[]>;
  get(userId: string, id: string): Promise<Connection>;
  /** Probes, seals, stores, and starts the first sync. */
  create(userId: string, wanted: NewConnection, signal?: AbortSignal): Promise<Connection>;
  /**
   * Changes what is given; a new address or credentials are probed first. `bad_request` with reason
   * `secret_required`: scheme, host, port or kind of credentials change and the secret was left out.
   */
  update(userId: string, id: string, change: ConnectionChange, signal?: AbortSignal): Promise<Connection>;
  /** Forgets the connection with its index; no remote file is touched. */
  remove(userId: string, id: string): Promise<void>;
  check(userId: string, id: string, signal?: AbortSignal): Promise<ConnectionCheck>;
  /** The queued job, or the one that is under way already. */
  sync(userId: string, id: string): Promise<Job>;
  /** Null: there is no such open proposal. */
  decideProposal(userId: string, id: string, accept: boolean): Promise<Proposal | null>;
}

const maxNameLength = 200;

export function createConnectionService(parts: ConnectionServiceParts): ConnectionService {
  const { connections, clock } = parts;
  const get = async (userId: string, id: string): Promise<Connection> => {
    const connection = await connections.get(userId, id);
    if (connection === null) throw notFound();
    return connection;
  };
  const sync = async (userId: string, id: string): Promise<Job> => enqueue(parts, await get(userId, id));
  return {
    list: (userId) => connections.list(userId),
    get,
    create: (userId, wanted, signal) => create(parts, userId, wanted, signal),
    update: async (userId, id, change, signal) => update(parts, await get(userId, id), change, signal),
    remove: async (userId, id) => {
      if (!(await connections.remove(userId, id))) throw notFound();
    },
    check: async (userId, id, signal) => checkConnection(parts, await get(userId, id), signal),
    sync,
    decideProposal: async (userId, id, accept) => {
      const decided = await decideProposal(parts, { userId, id, accept, nowMs: clock.nowMs() });
      if (decided?.kind === "server_changed" && accept) await sync(userId, decided.connectionId);
      return decided;
    },
  };
}

async function create(
  parts: ConnectionServiceParts,
  userId: string,
  wanted: NewConnection,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  const name = checkedName(wanted.name);
  const { url, host } = parseAddress(wanted.url);
  const credentials = newCredentials(wanted.auth);
  const limit = parts.maxConnections ?? 100;
  if ((await parts.connections.list(userId)).length >= limit)
    throw new ReliteError("conflict", `There are ${limit} connections already.`, { reason: "too_many" });
  const { serverIdentity } = await probe({ url, credentials }, { ...parts, signal });
  const nowMs = parts.clock.nowMs();
  const id = parts.createId();
  const connection: Connection = {
    id,
    userId,
    name,
    url,
    host,
    ...(await sealed(parts, { userId, id }, credentials)),
    status: "idle",
    failure: null,
    failures: 0,
    lastSyncAtMs: null,
    // Due at once: should the first sync not get enqueued below, the scheduler does it.
    nextSyncAtMs: nowMs,
    serverIdentity,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  await parts.connections.insert(userId, connection);
  await enqueue(parts, connection);
  return connection;
}

async function update(
  parts: ConnectionServiceParts,
  connection: Connection,
  change: ConnectionChange,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  const { userId, id } = connection;
  const named = change.name === undefined ? {} : { name: checkedName(change.name) };
  const address = parseAddress(change.url ?? connection.url);
  const isElsewhere = address.origin !== parseAddress(connection.url).origin;
  const stored = () => openCredentials(connection, parts);
  const credentials = await changedCredentials({ connection, auth: change.auth, isElsewhere, stored });
  const isSame = credentials === null && address.url === connection.url;
  const patch = isSame
    ? named
    : { ...named, ...(await moved(parts, connection, { address, credentials, signal })) };
  const changed = await parts.connections.update(userId, id, patch);
  if (changed === null) throw notFound();
  if (!isSame) await restart(parts, changed);
  return changed;
}

interface Target {
  readonly address: { readonly url: string; readonly host: string };
  readonly credentials: Credentials | null;
  readonly signal: AbortSignal | undefined;
}

/** Probes the new address or credentials; what is stored then starts clean. */
async function moved(
  parts: ConnectionServiceParts,
  connection: Connection,
  { address, credentials, signal }: Target,
): Promise<ConnectionPatch> {
  const used = credentials ?? (await openCredentials(connection, parts));
  const { serverIdentity } = await probe({ url: address.url, credentials: used }, { ...parts, signal });
  const nowMs = parts.clock.nowMs();
  return {
    url: address.url,
    host: address.host,
    ...(credentials === null ? {} : await sealed(parts, connection, credentials)),
    status: "idle",
    failure: null,
    failures: 0,
    nextSyncAtMs: nowMs,
    serverIdentity,
    updatedAtMs: nowMs,
  };
}

/** A sync under way still uses the old address or secret: it is stopped, the scheduler starts the next one. */
async function restart(parts: ConnectionServiceParts, connection: Connection): Promise<void> {
  const { job, created } = await parts.queue.enqueue(connection.userId, newJob(parts, connection));
  if (created) parts.onEnqueued?.();
  else if (job.status === "running")
    await parts.queue.requestCancel(connection.userId, job.id, parts.clock.nowMs());
}

async function enqueue(parts: ConnectionServiceParts, connection: Connection): Promise<Job> {
  const { job } = await parts.queue.enqueue(connection.userId, newJob(parts, connection));
  parts.onEnqueued?.();
  return job;
}

function newJob({ createId, clock }: ConnectionServiceParts, { id, host }: Connection) {
  return { id: createId(), connectionId: id, host, trigger: "manual", nowMs: clock.nowMs() } as const;
}

async function sealed(
  { secretBox }: ConnectionServiceParts,
  { userId, id }: { readonly userId: string; readonly id: string },
  { authKind, username, secret }: Credentials,
): Promise<Pick<Connection, "authKind" | "username" | "sealedSecret">> {
  const sealedSecret = secret === null ? null : await secretBox.seal(secret, { userId, rowId: id });
  return { authKind, username, sealedSecret };
}

function checkedName(name: string): string {
  requireStorableText("name", name, maxNameLength);
  const trimmed = name.trim();
  if (trimmed === "")
    throw new ReliteError("bad_request", "A connection needs a name.", {
      reason: "empty",
      details: { field: "name" },
    });
  return trimmed;
}

function notFound(): ReliteError {
  return new ReliteError("not_found", "There is no such connection.");
}
