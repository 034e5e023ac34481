import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseBytes, parseDurationMs, readEnv } from "@relite/core/env";
import { isNetwork, type ProxyRules } from "@relite/core/node";
import { hostOfAudience, parsePathSegments } from "@relite/core/ucan";
import { z } from "zod";
import type { Rotation } from "./audit-file.ts";
import type { Retention } from "./tree/retention.ts";

export interface DavConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Canonical segments the files live under; `/dav` is `["dav"]`. */
  readonly prefix: readonly string[];
  /** Empty: `did:web` of the address the server listens on, by name and by number. */
  readonly audiences: readonly string[];
  /** Hosts of the audiences that were set: a Destination may name them where a proxy passes another Host on. */
  readonly publicHosts: readonly string[];
  /** Scheme and host for answers that name whole addresses; null: as the request has them. */
  readonly publicUrl: string | null;
  /** Whose word on who asks is taken. */
  readonly proxies: ProxyRules;
  readonly requiredResource: string;
  readonly requiredAction: "app/read" | "app/write";
  readonly corsOrigins: readonly string[];
  /** Holds `endpoint.db` and everything else the endpoint keeps. */
  readonly folder: string;
  readonly databaseFile: string;
  readonly blobsFolder: string;
  /** Parts of files that are on their way. */
  readonly uploadsFolder: string;
  /** Bytes for owners enrolled from now on; null: unlimited. */
  readonly defaultQuotaBytes: number | null;
  /** Who may become an owner besides those the command line adds: nobody, who was invited, everybody. */
  readonly registration: "closed" | "invite" | "open";
  readonly maxOwners: number;
  /** What was deleted and what was written over is kept so long; 0 keeps nothing. */
  readonly retention: Retention;
  readonly maxBodyBytes: number;
  readonly requestsPerSecond: number;
  readonly maxUploadsPerOwner: number;
  /** How long changes are remembered; older sync tokens are refused. */
  readonly changesKeepMs: number;
  /** How many threads answer requests. */
  readonly threads: number;
  /** How long an upload that is begun waits for its next part. */
  readonly uploadKeepMs: number;
  readonly setupCode: string | null;
  /** Open at once, for each thread that answers requests. */
  readonly maxConnections: number;
  /** null: metrics are for the local machine. */
  readonly metricsToken: string | null;
  readonly audit: Rotation;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

const bytes = z.string().transform((text, context) => {
  const size = parseBytes(text);
  if (size === null) context.addIssue("must be a size such as 10G");
  return size ?? z.NEVER;
});

const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms === null) context.addIssue("must be a time such as 90d");
  return ms ?? z.NEVER;
});

const dayMs = 86_400_000;

const keepTime = z.string().transform((text, context) => {
  const ms = text === "0" ? 0 : parseDurationMs(text);
  if (ms === null || ms > 3_650 * dayMs)
    context.addIssue("must be 0 or a duration such as 30d, 3650d at most");
  return ms ?? z.NEVER;
});

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const path = z.string().refine((text) => !text.includes("\0"), "must be a path");

const localFile = (what: string) =>
  path
    .refine(
      (text) => !/^[a-z][a-z0-9+.-]+:/i.test(text) || text.startsWith("file:"),
      `${what} must be a path`,
    )
    .transform((text) => text.replace(/^file:(\/\/)?/, ""));

/** Where the endpoint's own pages are. */
const takenPrefixes = ["relite", "s", "index.php"];

const prefix = z.string().transform((text, context) => {
  const parsed = parsePathSegments(text);
  const isFree = parsed.ok && !takenPrefixes.includes(parsed.segments[0] ?? "");
  if (!isFree) context.addIssue("must be a path such as /dav, not below /relite, /s or /index.php");
  return isFree ? parsed.segments : z.NEVER;
});

const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must be scheme and host such as http://localhost:3020",
  );

const settings = z.object({
  DAV_HOST: z
    .string()
    .regex(/^[a-z0-9.:_-]+$/i, "must be a host name or address")
    .default("127.0.0.1"),
  DAV_PORT: wholeNumber(0, 65_535).default(3021),
  DAV_PREFIX: prefix.default(["dav"]),
  DAV_AUDIENCES: list.pipe(z.array(z.string().regex(/^did:[a-z]+:\S+$/, "must be DIDs"))).default([]),
  DAV_PUBLIC_URL: origin.optional(),
  DAV_TRUSTED_PROXIES: list
    .pipe(z.array(z.string().refine(isNetwork, "must be addresses or networks such as 10.0.0.0/8")))
    .default([]),
  DAV_PROXY_HEADER: z.enum(["x-forwarded-for", "forwarded"]).default("x-forwarded-for"),
  DAV_REQUIRED_RESOURCE: z
    .string()
    .regex(/^app:(\*|[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?)$/, "must be app:* or app:<id>")
    .default("app:*"),
  DAV_REQUIRED_ACTION: z.enum(["app/read", "app/write"]).default("app/read"),
  DAV_CORS_ORIGINS: list.pipe(z.array(origin)).default(["http://localhost:3020", "http://127.0.0.1:3020"]),
  DAV_DATABASE_URL: localFile("the database of this version").optional(),
  DAV_BLOBS: localFile("the blob store of this version").optional(),
  DAV_DATA_DIR: path.default("./data"),
  DAV_QUOTA_DEFAULT: bytes.optional(),
  DAV_REGISTRATION: z.enum(["closed", "invite", "open"]).default("invite"),
  DAV_MAX_OWNERS: wholeNumber(1, 100_000).default(1_000),
  DAV_TRASH_KEEP: keepTime.default(30 * dayMs),
  DAV_VERSIONS_KEEP: keepTime.default(30 * dayMs),
  DAV_MAX_BODY: bytes.default(16 * 1024 ** 3),
  DAV_RATE_LIMIT: wholeNumber(1, 1_000_000).default(500),
  DAV_MAX_UPLOADS: wholeNumber(1, 10_000).default(64),
  DAV_UPLOAD_KEEP: duration.default(24 * 3_600_000),
  DAV_CHANGES_KEEP: duration.default(90 * 24 * 3_600_000),
  DAV_THREADS: wholeNumber(1, 64).optional(),
  DAV_SETUP_CODE: z.string().min(8, "must have 8 characters or more").max(200).optional(),
  DAV_MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(4_000),
  DAV_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, "must have 16 characters or more, no spaces")
    .optional(),
  DAV_AUDIT_MAX: bytes.default(64 * 1024 ** 2),
  DAV_AUDIT_FILES: wholeNumber(1, 1_000).default(8),
  DAV_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

const schema = settings.refine(
  (read) => read.DAV_REGISTRATION !== "open" || read.DAV_QUOTA_DEFAULT !== undefined,
  { path: ["DAV_QUOTA_DEFAULT"], message: "is needed with DAV_REGISTRATION=open" },
);

/** All settings of the endpoint, validated together; `config_invalid` names every bad one without its value. */
/** Half of the processors, for clients and the disk have work too: on two, the second thread gains readers little and costs writers much. */
function defaultThreads(): number {
  return Math.max(1, Math.min(Math.floor(availableParallelism() / 2), 4));
}

export function readConfig(env: Readonly<Record<string, string | undefined>>): DavConfig {
  const read = readEnv(schema, env);
  const folder = resolve(read.DAV_DATA_DIR, "dav");
  return {
    host: read.DAV_HOST,
    port: read.DAV_PORT,
    prefix: read.DAV_PREFIX,
    audiences: read.DAV_AUDIENCES,
    publicHosts: read.DAV_AUDIENCES.flatMap((audience) => hostOfAudience(audience) ?? []),
    publicUrl: read.DAV_PUBLIC_URL ?? null,
    proxies: { trusted: read.DAV_TRUSTED_PROXIES, header: read.DAV_PROXY_HEADER },
    requiredResource: read.DAV_REQUIRED_RESOURCE,
    requiredAction: read.DAV_REQUIRED_ACTION,
    corsOrigins: read.DAV_CORS_ORIGINS,
    folder,
    databaseFile: resolve(read.DAV_DATABASE_URL ?? resolve(folder, "endpoint.db")),
    uploadsFolder: resolve(folder, "uploads"),
    blobsFolder: resolve(read.DAV_BLOBS ?? resolve(folder, "blobs")),
    defaultQuotaBytes: read.DAV_QUOTA_DEFAULT ?? null,
    registration: read.DAV_REGISTRATION,
    maxOwners: read.DAV_MAX_OWNERS,
    retention: { trashMs: read.DAV_TRASH_KEEP, versionsMs: read.DAV_VERSIONS_KEEP },
    maxBodyBytes: read.DAV_MAX_BODY,
    requestsPerSecond: read.DAV_RATE_LIMIT,
    maxUploadsPerOwner: read.DAV_MAX_UPLOADS,
    uploadKeepMs: read.DAV_UPLOAD_KEEP,
    changesKeepMs: read.DAV_CHANGES_KEEP,
    threads: read.DAV_THREADS ?? defaultThreads(),
    setupCode: read.DAV_SETUP_CODE ?? null,
    maxConnections: read.DAV_MAX_CONNECTIONS,
    metricsToken: read.DAV_METRICS_TOKEN ?? null,
    audit: { maxBytes: read.DAV_AUDIT_MAX, keep: read.DAV_AUDIT_FILES },
    logLevel: read.DAV_LOG_LEVEL,
  };
}
