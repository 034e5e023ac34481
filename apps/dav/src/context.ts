import { randomBytes, randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { type Clock, systemClock } from "@relite/core/clock";
import { type Logger, silentLogger } from "@relite/core/log";
import { createClientAddresses, createNodeTokenCrypto, type ProxyRules } from "@relite/core/node";
import { audienceOfUrl, createVerifier, type Verifier, type VerifierOptions } from "@relite/core/ucan";
import { Registry } from "prom-client";
import { type AccessLedger, createAccessLedger } from "./access/access-ledger.ts";
import type { AuthenticateParts } from "./access/authenticate.ts";
import { createDeviceLog } from "./access/device-log.ts";
import { createDoor } from "./access/door.ts";
import { createGuessLimit, wrongPasswords } from "./access/guesses.ts";
import { type KeepParts, maxKeptLifeSec } from "./access/keep-credential.ts";
import { createLedgerFile, ledgerPath } from "./access/ledger-file.ts";
import { keepSessionKey } from "./access/session-key.ts";
import { createSessions, type Sessions } from "./access/sessions.ts";
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
import { createMetrics, type Metrics } from "./metrics.ts";
import { createCommitQueue } from "./storage/commit-queue.ts";
import type { CallWriter } from "./storage/forward-writes.ts";
import { openDatabase, openForReading, type SqliteDatabase } from "./storage/open-database.ts";
import { createForwardedPorts, createPorts, type Ports } from "./storage/ports.ts";
import { createReserve, type Reserve, withReserve } from "./storage/reserve.ts";
import type { WriteTurns } from "./storage/write-turns.ts";
import { createPartFiles, type PartFiles } from "./uploads/part-files.ts";

/** What tests replace: time, names, the disk below, where lines go. */
export interface DavParts {
  readonly clock?: Clock;
  readonly newId?: () => string;
  readonly randomBytes?: (count: number) => Uint8Array;
  readonly disk?: Disk;
  readonly log?: Logger;
  readonly audit?: AuditLog;
  /** What several threads of one process count in together, and which of them this is. */
  readonly limits?: LimitMemory;
  readonly thread?: number;
  /** Its part in taking turns at writing, where others write too. */
  readonly turns?: WriteTurns;
  readonly metrics?: Metrics;
  /** What all threads count; without it, this context's own. */
  readonly collectMetrics?: () => Promise<readonly object[]>;
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
  /** Who asks: what the gate and the pages share. */
  readonly access: AuthenticateParts;
  /** What it takes to keep a UCAN behind an app password or a share. */
  readonly keeping: KeepParts;
  /** Cookies for what was opened in a browser. */
  readonly sessions: Sessions;
  /** Accepts any root: proves who wants to claim a new server. */
  readonly claimVerifier: Verifier;
  readonly requestRate: RateLimit;
  readonly claimRate: RateLimit;
  /** Codes that no invitation has, by address. */
  readonly wrongCodeRate: RateLimit;
  /** Newcomers without an invitation, by address. */
  readonly openJoinRate: RateLimit;
  /** Clients that ask for a password of their own, by address, and how often they ask whether it is there. */
  readonly loginRate: RateLimit;
  readonly pollRate: RateLimit;
  readonly uploads: UploadSlots;
  /** Of this thread. */
  readonly metrics: Metrics;
  /** Of all threads, for `AggregatorRegistry.aggregate`. */
  readonly collectMetrics: () => Promise<readonly object[]>;
}

/** The ports on the database, the content beside it, and the connection for what reads everything. */
export interface Storage extends Ports {
  readonly blobs: Blobs;
  readonly partFiles: PartFiles;
  readonly db: SqliteDatabase;
  readonly reserve: Reserve;
  /** What was closed here, for databases that come from a backup. */
  readonly ledger: AccessLedger;
}

/** Opens the data folder and brings its schema up to date; a running endpoint may have it open too. */
export async function openStorage(config: DavConfig, parts: DavParts = {}): Promise<Storage> {
  const { disk = realDisk, clock = systemClock, turns } = parts;
  await disk.makeFolder(config.folder);
  const nowMs = () => clock.nowMs();
  const databaseFolder = dirname(config.databaseFile);
  const db = await withReserve(databaseFolder, async () => openDatabase(config.databaseFile));
  const reserve = createReserve(databaseFolder, db);
  const commits = createCommitQueue(db, { reserve, ...(turns === undefined ? {} : { turns }) });
  const ledger = createAccessLedger(db, createLedgerFile(ledgerPath(config.databaseFile)));
  ledger.attach();
  const blobs = createFileBlobs(config.blobsFolder, disk);
  return {
    db,
    blobs,
    partFiles: createPartFiles(config.uploadsFolder, disk),
    reserve,
    ledger,
    ...createPorts({ db, commits, nowMs, files: blobs.files, retention: config.retention }),
  };
}

/** The same storage for a thread that answers requests: it reads by itself, and `call` has its writes done. */
export function openReadStorage(config: DavConfig, call: CallWriter): Storage {
  const db = openForReading(config.databaseFile);
  const blobs = createFileBlobs(config.blobsFolder, realDisk);
  const nowMs = () => systemClock.nowMs();
  return {
    db,
    blobs,
    partFiles: createPartFiles(config.uploadsFolder, realDisk),
    reserve: createReserve(dirname(config.databaseFile), db),
    ledger: createAccessLedger(db, createLedgerFile(ledgerPath(config.databaseFile))),
    ...createForwardedPorts({ db, nowMs, files: blobs.files, retention: config.retention }, call),
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
  const isRevoked = storage.revocations.isRevoked;
  const verify = { audiences, clock, crypto: createNodeTokenCrypto(), isRevoked };
  const perSecond = config.requestsPerSecond;
  const metrics = parts.metrics ?? createMetrics(new Registry());
  return {
    config,
    metrics,
    collectMetrics: parts.collectMetrics ?? (async () => [await metrics.collect()]),
    clock,
    newId,
    log,
    audit,
    storage,
    audiences,
    ...createAccess({
      storage,
      verify,
      clock,
      log,
      sessionKey: keepSessionKey(config.folder),
      randomBytes: parts.randomBytes ?? randomBytes,
      guessMemory: limits.guesses,
      proxies: config.proxies,
      publicHosts: config.publicHosts,
    }),
    claimVerifier: createVerifier({ ...verify, isOwner: () => true }),
    requestRate: createRateLimit(clock, { perSecond, burst: perSecond * 4 }, limits.requests),
    claimRate: createRateLimit(clock, { perSecond: 5 / 60, burst: 5 }, limits.claims),
    wrongCodeRate: createRateLimit(clock, { perSecond: 10 / 60, burst: 10 }, limits.wrongCodes),
    openJoinRate: createRateLimit(clock, { perSecond: 5 / 3_600, burst: 5 }, limits.openJoins),
    loginRate: createRateLimit(clock, { perSecond: 10 / 60, burst: 20 }, limits.logins),
    pollRate: createRateLimit(clock, { perSecond: 10, burst: 200 }, limits.polls),
    uploads: createUploadSlots(config.maxUploadsPerOwner, { ...limits, memory: limits.uploads, thread }),
  };
}

/** The two verifiers are one walk; they differ in how long an invocation may live. */
function createAccess(parts: {
  readonly storage: Storage;
  readonly verify: Omit<VerifierOptions, "isOwner">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly guessMemory: SharedArrayBuffer;
  readonly proxies: ProxyRules;
  readonly sessionKey: Buffer;
  readonly publicHosts: readonly string[];
}): Pick<DavContext, "access" | "keeping" | "sessions"> {
  const { storage, clock, log } = parts;
  const { owners, credentials, devices } = storage;
  const verify = { ...parts.verify, isOwner: (did: string) => owners.idOf(did) !== null };
  const storedVerifier = createVerifier({ ...verify, maxInvocationLifeSec: maxKeptLifeSec });
  const guesses = createGuessLimit(createRateLimit(clock, wrongPasswords, parts.guessMemory));
  return {
    access: {
      verifier: createVerifier(verify),
      owners,
      door: createDoor({ credentials, verifier: storedVerifier, guesses, clock, log }),
      deviceLog: createDeviceLog({ devices, clock, log }),
      clients: createClientAddresses(parts.proxies),
      usedTokens: storage.usedTokens,
      publicHosts: parts.publicHosts,
    },
    sessions: createSessions({
      credentials,
      ended: storage.endedSessions,
      storedVerifier,
      clock,
      key: parts.sessionKey,
      randomBytes: parts.randomBytes,
    }),
    keeping: { credentials, owners, storedVerifier, clock, randomBytes: parts.randomBytes },
  };
}

/** The names a server on this address is called by: its host, and for the local machine name and number alike. */
function defaultAudiences(host: string, port: number): readonly string[] {
  const isLocal = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"].includes(host);
  const hosts = isLocal ? ["localhost", "127.0.0.1"] : [host.includes(":") ? `[${host}]` : host];
  return hosts.map((name) => audienceOfUrl(`http://${name}:${port}`));
}

const silentAudit: AuditLog = { write() {}, close: async () => {} };
