import { join, resolve } from "node:path";
import { parseSealingKey, sealingKeyForm } from "@relite/core/crypto";
import { parseDurationMs, readEnv } from "@relite/core/env";
import { isNetwork, type ProxyRules } from "@relite/core/node";
import { z } from "zod";

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  /** Origin people reach this server under; null: `http://localhost:<port>`. */
  readonly publicUrl: string | null;
  /** The API's own folder: `<RELITE_DATA_DIR>/api`. */
  readonly dataDir: string;
  /** null: SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  /** null: made and kept in `dataDir` while the server is unclaimed. */
  readonly setupCode: string | null;
  /** Folder of the built web app. */
  readonly webDist: string;
  readonly sealing: { readonly key: Uint8Array | null; readonly previous: Uint8Array | null };
  readonly sync: { readonly intervalMs: number; readonly maxConcurrency: number };
  /** null: allowed while only one user uses the server. */
  readonly allowPrivate: boolean | null;
  readonly backend: {
    readonly baseUrl: string;
    readonly prefix: string;
    readonly ucanAudience: string | null;
  };
  /** Further origins the page may connect to, besides the endpoint's. */
  readonly connectOrigins: readonly string[];
  readonly requestsPerMinute: number;
  /** Whose word on who asks is taken. */
  readonly proxies: ProxyRules;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** Reads every setting of the API at once; all bad ones are named in one `config_invalid`, values never. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): ApiConfig {
  const settings = readEnv(schema, env);
  return {
    host: settings.RELITE_HOST,
    port: settings.RELITE_PORT,
    publicUrl: settings.RELITE_PUBLIC_URL ?? null,
    dataDir: join(resolve(settings.RELITE_DATA_DIR), "api"),
    databaseUrl: settings.RELITE_DATABASE_URL ?? null,
    setupCode: settings.RELITE_SETUP_CODE ?? null,
    webDist: join(import.meta.dirname, "../../web/dist"),
    sealing: {
      key: settings.RELITE_WEB_DAV_KEY ?? null,
      previous: settings.RELITE_WEB_DAV_KEY_PREVIOUS ?? null,
    },
    sync: {
      intervalMs: settings.RELITE_WEB_DAV_SYNC_INTERVAL,
      maxConcurrency: settings.RELITE_WEB_DAV_MAX_CONCURRENCY,
    },
    allowPrivate: settings.RELITE_WEB_DAV_ALLOW_PRIVATE ?? null,
    backend: {
      baseUrl: settings.WEBDAV_BACKEND_BASE_URL,
      prefix: settings.WEBDAV_BACKEND_PREFIX,
      ucanAudience: settings.NEXT_PUBLIC_WEBDAV_UCAN_AUD ?? null,
    },
    connectOrigins: settings.RELITE_CONNECT_ORIGINS,
    requestsPerMinute: settings.RELITE_REQUESTS_PER_MINUTE,
    proxies: { trusted: settings.RELITE_TRUSTED_PROXIES, header: settings.RELITE_PROXY_HEADER },
    logLevel: settings.RELITE_LOG_LEVEL,
  };
}

/** The names of all settings. */
export function settingNames(): readonly string[] {
  return Object.keys(schema.shape);
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`);

const httpUrl = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const isPlain =
    url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (isPlain && url.search === "" && url.hash === "") return url;
  context.addIssue({
    code: "custom",
    message: "must be an http or https address without credentials or query",
  });
  return z.NEVER;
});

const origin = httpUrl
  .refine((url) => url.pathname === "/", "must be an address without a path")
  .transform((url) => url.origin);

const baseUrl = httpUrl.transform((url) => url.href.replace(/\/+$/, ""));

const prefix = z
  .string()
  .regex(/^(\/[A-Za-z0-9._~-]+)*\/?$/, "must be a path such as /dav")
  .transform((text) => text.replace(/\/$/, ""))
  .refine((text) => !/\/\.{1,2}(\/|$)/.test(text), "must not contain . or ..");

const sealingKey = z.string().transform((text, context) => {
  const key = parseSealingKey(text);
  if (key !== null) return key;
  context.addIssue({ code: "custom", message: sealingKeyForm });
  return z.NEVER;
});

const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms !== null && ms >= 1_000) return ms;
  context.addIssue({
    code: "custom",
    message: "must be a duration of at least a second with its unit, such as 20m",
  });
  return z.NEVER;
});

const yesOrNo = z
  .enum(["true", "false", "1", "0"], "must be true or false")
  .transform((text) => text === "true" || text === "1");

const origins = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
  .pipe(z.array(origin));

const schema = z.object({
  RELITE_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,255}$/, "must be a host name or an address")
    .default("127.0.0.1"),
  RELITE_PORT: wholeNumber(0, 65_535).default(3020),
  RELITE_PUBLIC_URL: origin.optional(),
  RELITE_DATA_DIR: z.string().default("./data"),
  RELITE_DATABASE_URL: z
    .string()
    .regex(/^(file:|postgres(ql)?:\/\/)/, "must begin with file: or postgresql://")
    .optional(),
  RELITE_SETUP_CODE: z.string().min(8, "must have at least 8 characters").max(200).optional(),
  RELITE_WEB_DAV_KEY: sealingKey.optional(),
  RELITE_WEB_DAV_KEY_PREVIOUS: sealingKey.optional(),
  RELITE_WEB_DAV_SYNC_INTERVAL: duration.default(1_200_000),
  RELITE_WEB_DAV_MAX_CONCURRENCY: wholeNumber(1, 64).default(2),
  RELITE_WEB_DAV_ALLOW_PRIVATE: yesOrNo.optional(),
  WEBDAV_BACKEND_BASE_URL: baseUrl.default("http://localhost:3021"),
  WEBDAV_BACKEND_PREFIX: prefix.default("/dav"),
  NEXT_PUBLIC_WEBDAV_UCAN_AUD: z
    .string()
    .regex(/^did:[a-z0-9]+:[A-Za-z0-9.:%_-]{1,300}$/, "must be a DID")
    .optional(),
  RELITE_CONNECT_ORIGINS: origins.default([]),
  RELITE_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(6_000),
  RELITE_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
    .pipe(z.array(z.string().refine(isNetwork, "must be addresses or networks such as 10.0.0.0/8")))
    .default([]),
  RELITE_PROXY_HEADER: z.enum(["x-forwarded-for", "forwarded"]).default("x-forwarded-for"),
  RELITE_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});
