import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@relite/core/clock";
import { type Logger, silentLogger } from "@relite/core/log";
import { createNodeTokenCrypto } from "@relite/core/node";
import { audienceOfUrl, createVerifier, type Verifier } from "@relite/core/ucan";
import type { AuditLog } from "./audit.ts";
import type { Blobs } from "./blobs/blobs.ts";
import { type Disk, realDisk } from "./blobs/disk.ts";
import { createFileBlobs } from "./blobs/file-blobs.ts";
import type { DavConfig } from "./config.ts";
import {
  createLimitMemory,
  createRateLimit,
  createUploadSlots,
  type LimitMemory,
  type RateLimit,
  type UploadSlots,
} from "./limits.ts";
import { createCommitQueue } from "./storage/commit-queue.ts";
import { openDatabase, type SqliteDatabase } from "./storage/open-database.ts";
import { createPorts, type Ports } from "./storage/ports.ts";

/** What tests replace: time, names, the disk below, where lines go. */
export interface DavParts {
  readonly clock?: Clock;
  readonly newId?: () => string;
  readonly disk?: Disk;
  readonly log?: Logger;
  readonly audit?: AuditLog;
  /** What several threads of one process count in together, and which of them this is. */
  readonly limits?: LimitMemory;
  readonly thread?: number;
}

/** Everything a running endpoint holds; made once by the server. */
export interface DavContext {
  readonly config: DavConfig;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly storage: Storage;
  readonly audiences: readonly string[];
  readonly verifier: Verifier;
  /** Accepts any root: proves who wants to claim a new server. */
  readonly claimVerifier: Verifier;
  readonly requestRate: RateLimit;
  readonly claimRate: RateLimit;
  /** Codes that no invitation has, by address. */
  readonly wrongCodeRate: RateLimit;
  /** Newcomers without an invitation, by address. */
  readonly openJoinRate: RateLimit;
  readonly uploads: UploadSlots;
}

/** The ports on the database, the content beside it, and the connection for what reads everything. */
export interface Storage extends Ports {
  readonly blobs: Blobs;
  readonly db: SqliteDatabase;
}

/** Opens the data folder and brings its schema up to date; a running endpoint may have it open too. */
export async function openStorage(config: DavConfig, parts: DavParts = {}): Promise<Storage> {
  const { disk = realDisk, clock = systemClock } = parts;
  await disk.makeFolder(config.folder);
  const nowMs = () => clock.nowMs();
  const db = openDatabase(config.databaseFile);
  const commits = createCommitQueue(db);
  const blobs = createFileBlobs(config.blobsFolder, disk);
  return {
    db,
    blobs,
    ...createPorts({ db, commits, nowMs, files: blobs.files }),
  };
}

export function createContext(
  config: DavConfig,
  storage: Storage,
  port: number,
  parts: DavParts = {},
): DavContext {
  const { clock = systemClock, newId = randomUUID, log = silentLogger, audit = silentAudit } = parts;
  const { limits = createLimitMemory(1), thread = 0 } = parts;
  const audiences = config.audiences.length > 0 ? config.audiences : defaultAudiences(config.host, port);
  const verify = { audiences, clock, crypto: createNodeTokenCrypto(), isRevoked: () => false };
  const perSecond = config.requestsPerSecond;
  return {
    config,
    clock,
    newId,
    log,
    audit,
    storage,
    audiences,
    verifier: createVerifier({ ...verify, isOwner: (did) => storage.owners.idOf(did) !== null }),
    claimVerifier: createVerifier({ ...verify, isOwner: () => true }),
    requestRate: createRateLimit(clock, { perSecond, burst: perSecond * 4 }, limits.requests),
    claimRate: createRateLimit(clock, { perSecond: 5 / 60, burst: 5 }, limits.claims),
    wrongCodeRate: createRateLimit(clock, { perSecond: 10 / 60, burst: 10 }, limits.wrongCodes),
    openJoinRate: createRateLimit(clock, { perSecond: 5 / 3_600, burst: 5 }, limits.openJoins),
    uploads: createUploadSlots(config.maxUploadsPerOwner, { ...limits, memory: limits.uploads, thread }),
  };
}

/** The names a server on this address is called by: its host, and for the local machine name and number alike. */
function defaultAudiences(host: string, port: number): readonly string[] {
  const isLocal = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"].includes(host);
  const hosts = isLocal ? ["localhost", "127.0.0.1"] : [host.includes(":") ? `[${host}]` : host];
  return hosts.map((name) => audienceOfUrl(`http://${name}:${port}`));
}

const silentAudit: AuditLog = { write() {}, close: async () => {} };
