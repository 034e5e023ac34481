import type { Clock } from "@relite/core/clock";
import { type Capability, issueInvocation, issueStored, type Signer } from "@relite/core/ucan";
import { joinPath } from "@relite/core/webdav";
import { type Failure, failureOfAnswer, toFailure } from "../api/failure.ts";
import type { Endpoint } from "../settings/endpoint-settings.ts";
import { createEndpointClient } from "../sync/endpoint-client.ts";
import {
  type AppPassword,
  type Device,
  type MadePassword,
  parseAppPassword,
  parseDevice,
  rowsOf,
  textAt,
} from "./access-rows.ts";
import { capabilityOf, folderSegments, type PasswordOrder } from "./password-order.ts";

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
  appPasswords(): Promise<readonly AppPassword[]>;
  /** Signed by the owner key where it is here, else by the device. The folder is made if it is not there. */
  createAppPassword(order: PasswordOrder): Promise<MadePassword>;
  revokeAppPassword(id: string): Promise<void>;
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
      rowsOf(await ask(device, "GET", "app-passwords"), "appPasswords", parseAppPassword) ?? notRelite(),
    createAppPassword: async (order) => {
      await makeFolder(options, order);
      const ucan = await signStored(options, strongest, order);
      const made = await ask(strongest, "POST", "app-passwords", { ucan, label: order.label.trim() });
      const [username, password] = [textAt(made, "username"), textAt(made, "password")];
      if (username === null || password === null) return notRelite();
      return { address: addressOf(endpoint, order), username, password };
    },
    revokeAppPassword: async (id) => {
      await ask(device, "DELETE", `app-passwords/${encodeURIComponent(id)}`);
    },
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

function signStored({ endpoint, clock }: AccessOptions, hand: Hand, order: PasswordOrder): Promise<string> {
  const nowMs = clock.nowMs();
  return issueStored({
    ...issuerOf(hand),
    audience: endpoint.audience,
    capabilities: [capabilityOf(order)],
    expiresAtSec: Math.floor(nowMs / 1_000) + order.days * 86_400,
    nowMs,
  });
}

/** File managers do not open a folder that is not there. */
async function makeFolder(options: AccessOptions, order: PasswordOrder): Promise<void> {
  const { endpoint, device, clock, fetch } = options;
  const { client } = createEndpointClient({
    ...device,
    endpoint: { ...endpoint, appId: order.app },
    clock,
    fetch,
    api: { origin: endpoint.baseUrl, audience: endpoint.audience },
  });
  let path = `apps/${order.app}`;
  for (const segment of folderSegments(order.folder)) {
    path = joinPath(path, segment);
    await client.makeCollection(path);
  }
}

function notRelite(): never {
  throw new EndpointRefusal({ code: "not_relite", reason: null, message: null });
}
