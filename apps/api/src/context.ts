import { join } from "node:path";
import { type Clock, systemClock } from "@relite/core/clock";
import { createSecretBox, type SecretBox } from "@relite/core/crypto";
import type { Logger } from "@relite/core/log";
import { addressBlock, type ClientAddresses, createClientAddresses } from "@relite/core/node";
import { audienceOfUrl } from "@relite/core/ucan";
import { openDatabase } from "@relite/prisma";
import type { FastifyRequest } from "fastify";
import { type Auth, createAuth } from "./auth.ts";
import { createChatSettings } from "./chat/chat-settings.ts";
import { createCompletions } from "./chat/completions.ts";
import type { ApiConfig } from "./config.ts";
import type { Resolve } from "./egress/connector.ts";
import { createEgress } from "./egress/guarded-fetch.ts";
import { createOnlyUserCheck } from "./egress/only-user.ts";
import { createEnrolment } from "./enrolment.ts";
import { createJobBus, publishChanges } from "./jobs/bus.ts";
import { createLibraryEngine } from "./jobs/library-engine.ts";
import { createJobWatch } from "./jobs/watch.ts";
import { createLogger } from "./log.ts";
import type { RequestContext } from "./request-context.ts";
import { keepSealingKey, keepSetupCode, prepareDataDir } from "./secrets-on-disk.ts";
import type { Services } from "./services.ts";
import type { Storage } from "./storage.ts";
import { createAccountStore } from "./store/accounts/index.ts";
import { createRepositories } from "./store/library-repositories.ts";

/** Doubles that tests put in. */
export interface ApiParts {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly resolve?: Resolve;
  readonly webDist?: string;
}

export interface ApiContext {
  readonly config: ApiConfig;
  /** Origin this server is reached under. */
  readonly publicUrl: string;
  /** The DID that tokens for this server name. */
  readonly audience: string;
  readonly log: Logger;
  readonly auth: Auth;
  /** Who asks, behind the proxies that are trusted. */
  readonly clients: ClientAddresses;
  readonly services: Services;
  /** Waits until no sync is queued or running. */
  drain(): Promise<void>;
  /** Set while nobody has claimed the server and the code was not given from outside. */
  readonly madeSetupCode: string | null;
  isReady(): Promise<boolean>;
  toRequestContext(request: FastifyRequest): RequestContext;
  /** Ends what listens for as long as it can; called before connections close. */
  stop(): void;
  close(): Promise<void>;
}

/** The composition root: everything that lives as long as the server, made and closed here. */
export async function createContext(
  config: ApiConfig,
  publicUrl: string,
  parts: ApiParts,
): Promise<ApiContext> {
  const { clock = systemClock, log = createLogger(config.logLevel) } = parts;
  await prepareDataDir(config.dataDir);
  const audience = audienceOfUrl(publicUrl);
  const box = await openSecretBox(config);
  const storage = await openStorage(config, clock);
  const { accounts } = storage;
  const madeSetupCode = await setupCodeToMake(config, storage);
  const stopping = new AbortController();
  const base = { config, clock, log, storage, box, stopping: stopping.signal, audience };
  const running = createServices({
    ...base,
    resolve: parts.resolve,
    setupCode: config.setupCode ?? madeSetupCode,
  });
  const clients = createClientAddresses(config.proxies);
  const auth = createAuth({ audiences: audiencesOf(publicUrl), accounts, clock });
  return {
    config,
    publicUrl,
    audience,
    log,
    auth,
    clients,
    services: running.services,
    madeSetupCode,
    drain: running.drain,
    isReady: () => isAnswering(storage),
    toRequestContext: (request) => ({
      requestId: request.id,
      log,
      clock,
      services: running.services,
      remoteAddress: addressBlock(clients.addressOf(request.raw)),
      prove: once(() => auth.prove(request.headers.authorization)),
      identify: once(() => auth.identify(request.headers.authorization)),
    }),
    stop: () => stopping.abort(),
    close: async () => {
      await running.close();
      await storage.close();
    },
  };
}

interface ServiceParts {
  readonly config: ApiConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storage: Storage;
  readonly box: SecretBox;
  readonly stopping: AbortSignal;
  readonly audience: string;
  readonly setupCode: string | null;
  readonly resolve: Resolve | undefined;
}

function createServices({ config, clock, log, storage, box, ...parts }: ServiceParts) {
  const { accounts, books, proposals } = storage;
  const onlyUser = createOnlyUserCheck(accounts.users, clock);
  const egressParts = {
    allowsPrivate: () => config.allowPrivate ?? onlyUser.isAlone(),
    ...(parts.resolve === undefined ? {} : { resolve: parts.resolve }),
  };
  const egress = createEgress(egressParts);
  // A model may think for minutes before its first word.
  const chatEgress = createEgress({ ...egressParts, limits: { headersMs: 300_000, idleMs: 300_000 } });
  const bus = createJobBus();
  const queue = publishChanges(storage.queue, bus);
  const { intervalMs, maxConcurrency } = config.sync;
  const engineParts = { storage, queue, fetch: egress.fetch, secretBox: box, clock, log };
  const library = createLibraryEngine({ ...engineParts, intervalMs, maxConcurrency });
  const chatSettings = createChatSettings({ settings: accounts.settings, box });
  const services: Services = {
    audience: parts.audience,
    accounts,
    enrolment: createEnrolment({ accounts, setupCode: parts.setupCode, clock, onEnrolled: onlyUser.forget }),
    connections: library.connections,
    books,
    proposals,
    jobs: { ...queue, ...createJobWatch({ queue, bus, clock, stopping: parts.stopping }) },
    chatSettings,
    completions: createCompletions({ settings: chatSettings, fetch: chatEgress.fetch }),
  };
  const close = async () => {
    await library.stop();
    await Promise.all([egress.close(), chatEgress.close()]);
  };
  return { services, drain: library.drain, close };
}

/** One answer for all calls of a batch. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** On the loopback interface a server has three names, and a program may know it by any. */
function audiencesOf(publicUrl: string): readonly string[] {
  const { protocol, hostname, port } = new URL(publicUrl);
  const names = ["localhost", "127.0.0.1", "[::1]"];
  if (!names.includes(hostname)) return [audienceOfUrl(publicUrl)];
  return names.map((name) => audienceOfUrl(`${protocol}//${name}${port === "" ? "" : `:${port}`}`));
}

async function isAnswering({ accounts }: Storage): Promise<boolean> {
  try {
    await accounts.users.count();
    return true;
  } catch {
    return false;
  }
}

async function openSecretBox({ sealing, dataDir }: ApiConfig): Promise<SecretBox> {
  const key = sealing.key ?? (await keepSealingKey(dataDir));
  return createSecretBox(sealing.previous === null ? { key } : { key, previousKey: sealing.previous });
}

async function setupCodeToMake(config: ApiConfig, { accounts }: Storage): Promise<string | null> {
  if (config.setupCode !== null || (await accounts.setup.isClaimed())) return null;
  return keepSetupCode(config.dataDir);
}

async function openStorage({ databaseUrl, dataDir }: ApiConfig, clock: Clock): Promise<Storage> {
  const database = await openDatabase({ url: databaseUrl ?? `file:${join(dataDir, "relite.db")}` });
  const accounts = createAccountStore(database, { clock, newId: () => crypto.randomUUID() });
  return { accounts, ...createRepositories(database), close: () => database.close() };
}
