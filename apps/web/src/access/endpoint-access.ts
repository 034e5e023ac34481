import type { Clock } from "@relite/core/clock";
import { type Capability, issueInvocation, issueStored, type Signer } from "@relite/core/ucan";
import { type DavClient, joinPath } from "@relite/core/webdav";
import { type Failure, failureOfAnswer, toFailure } from "../api/failure.ts";
import type { Endpoint } from "../settings/endpoint-settings.ts";
import { createEndpointClient } from "../sync/endpoint-client.ts";
import {
  type Device,
  type MadePassword,
  parseDevice,
  parseStoredAccess,
  rowsOf,
  type StoredAccess,
  textAt,
} from "./access-rows.ts";
import { type FolderPage, listFolder } from "./list-folder.ts";
import { capabilityOf, folderSegments, type PasswordOrder } from "./password-order.ts";
import { labelOfShare, type ShareOrder, shareCapability } from "./share-order.ts";

/** A key and what it acts on. */
export interface Hand {
  readonly signer: Signer;
  /** Delegation owner → device; none where the owner key itself signs. */
  readonly proof?: string;
}

export interface AccessOptions {
  readonly endpoint: Endpoint;
  readonly device: Hand;
  /** null where the owner key is on another device only. */
  readonly owner: Hand | null;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/** Who else may reach the owner's files, on a Relite endpoint. Refusals are `EndpointRefusal`. */
export interface EndpointAccess {
  /** Whether a Relite endpoint is there; throws when nothing answers. */
  isRelite(): Promise<boolean>;
  appPasswords(): Promise<readonly StoredAccess[]>;
  /** Signed by the owner key where it is here, else by the device. The folder is made if it is not there. */
  createAppPassword(order: PasswordOrder): Promise<MadePassword>;
  revokeAppPassword(id: string): Promise<void>;
  shares(): Promise<readonly StoredAccess[]>;
  /** The link, with its secret: told this once. */
  createShare(order: ShareOrder): Promise<string>;
  revokeShare(id: string): Promise<void>;
  /** The apps there are files of. */
  apps(): Promise<readonly string[]>;
  folder(app: string, segments: readonly string[]): Promise<FolderPage>;
  devices(): Promise<readonly Device[]>;
  loseDevice(did: string): Promise<void>;
  /** Only with the owner key. */
  findDevice(did: string): Promise<void>;
}

/** Thrown when the endpoint answered, with a problem or with something that is not its own. */
export class EndpointRefusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

export function accessFailure(error: unknown): Failure {
  return error instanceof EndpointRefusal ? error.failure : toFailure(error);
}

/** The folder that a WebDAV client is pointed at. */
export function addressOf({ baseUrl, prefix }: Endpoint, { app, folder }: PasswordOrder): string {
  const segments = ["apps", app, ...folderSegments(folder)].map(encodeURIComponent);
  return `${baseUrl}${prefix}/${segments.join("/")}/`;
}

export function createEndpointAccess(options: AccessOptions): EndpointAccess {
  const { device, endpoint } = options;
  const strongest = options.owner ?? device;
  const ask = createAsk(options);
  return {
    isRelite: () => isRelite(options),
    appPasswords: async () =>
      rowsOf(await ask(device, "GET", "app-passwords"), "appPasswords", parseStoredAccess) ?? notRelite(),
    createAppPassword: async (order) => {
      await makeFolder(options, order);
      const ucan = await signStored(options, strongest, {
        capability: capabilityOf(order),
        days: order.days,
      });
      const made = await ask(strongest, "POST", "app-passwords", { ucan, label: order.label.trim() });
      const [username, password] = [textAt(made, "username"), textAt(made, "password")];
      if (username === null || password === null) return notRelite();
      return { address: addressOf(endpoint, order), username, password };
    },
    revokeAppPassword: async (id) => {
      await ask(device, "DELETE", `app-passwords/${encodeURIComponent(id)}`);
    },
    shares: async () =>
      rowsOf(await ask(device, "GET", "shares"), "shares", parseStoredAccess) ?? notRelite(),
    createShare: async (order) => {
      const wanted = { capability: shareCapability(order), days: order.days };
      const ucan = await signStored(options, strongest, wanted);
      const made = await ask(strongest, "POST", "shares", { ucan, label: labelOfShare(order) });
      const link = textAt(made, "link");
      if (link === null || !/^\/s\/[a-z2-7]+#[a-z2-7]+$/.test(link)) return notRelite();
      return `${endpoint.baseUrl}${link}`;
    },
    revokeShare: async (id) => {
      await ask(device, "DELETE", `shares/${encodeURIComponent(id)}`);
    },
    apps: async () =>
      rowsOf(await ask(device, "GET", "apps"), "apps", (one) => textAt(one, "id")) ?? notRelite(),
    folder: (app, segments) => listFolder(clientFor(options, app), ["apps", app, ...segments]),
    devices: async () => rowsOf(await ask(device, "GET", "devices"), "devices", parseDevice) ?? notRelite(),
    loseDevice: async (did) => {
      await ask(device, "DELETE", `devices/${did}`);
    },
    findDevice: async (did) => {
      await ask(strongest, "PUT", `devices/${did}`);
    },
  };
}

type Ask = (hand: Hand, method: string, path: string, body?: unknown) => Promise<unknown>;

function createAsk({ endpoint, clock, fetch }: AccessOptions): Ask {
  return async (hand, method, path, body) => {
    const token = await issueInvocation({
      ...issuerOf(hand),
      audience: endpoint.audience,
      capabilities: [accessOf(method)],
      nowMs: clock.nowMs(),
    });
    const answer = await fetch(`${endpoint.baseUrl}/relite/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: "no-store",
      signal: AbortSignal.timeout(15_000),
    });
    const told: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (!answer.ok) throw new EndpointRefusal(failureOfAnswer(answer.status, told));
    return told;
  };
}

function accessOf(method: string): Capability {
  return { with: "access:", can: method === "GET" ? "access/read" : "access/write" };
}

function issuerOf({ signer, proof }: Hand) {
  return proof === undefined ? { issuer: signer } : { issuer: signer, proof };
}

async function isRelite({ endpoint, fetch }: AccessOptions): Promise<boolean> {
  const answer = await fetch(`${endpoint.baseUrl}/relite/info`, { signal: AbortSignal.timeout(10_000) });
  const info: unknown = answer.ok ? await answer.json().catch(() => null) : null;
  return textAt(info, "product") === "relite-dav";
}

interface Wanted {
  readonly capability: Capability;
  readonly days: number;
}

function signStored(
  { endpoint, clock }: AccessOptions,
  hand: Hand,
  { capability, days }: Wanted,
): Promise<string> {
  const nowMs = clock.nowMs();
  return issueStored({
    ...issuerOf(hand),
    audience: endpoint.audience,
    capabilities: [capability],
    expiresAtSec: Math.floor(nowMs / 1_000) + days * 86_400,
    nowMs,
  });
}

/** File managers do not open a folder that is not there. */
async function makeFolder(options: AccessOptions, order: PasswordOrder): Promise<void> {
  const client = clientFor(options, order.app);
  let path = `apps/${order.app}`;
  for (const segment of folderSegments(order.folder)) {
    path = joinPath(path, segment);
    await client.makeCollection(path);
  }
}

/** The files of any app, as this device. */
function clientFor({ endpoint, device, clock, fetch }: AccessOptions, appId: string): DavClient {
  const api = { origin: endpoint.baseUrl, audience: endpoint.audience };
  return createEndpointClient({ ...device, endpoint: { ...endpoint, appId }, clock, fetch, api }).client;
}

function notRelite(): never {
  throw new EndpointRefusal({ code: "not_relite", reason: null, message: null });
}
