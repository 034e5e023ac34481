import { audienceOfUrl, type Capability, issueInvocation, issueStored, type Signer } from "@relite/core/ucan";

export const accessWrite: Capability = { with: "access:", can: "access/write" };
export const accessRead: Capability = { with: "access:", can: "access/read" };
export const daySec = 86_400;

export interface Asking {
  readonly signer?: Signer;
  readonly proof?: string;
  readonly capabilities?: readonly Capability[];
  readonly nowMs?: number;
}

export interface BasicRequest {
  readonly body?: string;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Made {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly password: string;
}

/** An audience that stays when a restart takes another port. */
export const fixedAudience = "did:web:files.example";

/** Speaks to the management pages of a test server, as its owner unless said otherwise. */
export function accessClient(
  dav: { readonly server: { readonly url: string }; readonly owner: Signer },
  fixed?: string,
) {
  const audience = () => fixed ?? audienceOfUrl(dav.server.url);

  async function ask(method: string, path: string, body?: unknown, asking: Asking = {}): Promise<Response> {
    const { signer = dav.owner, proof, capabilities = [accessWrite], nowMs = Date.now() } = asking;
    const order = { issuer: signer, audience: audience(), capabilities, nowMs };
    const token = await issueInvocation(proof === undefined ? order : { ...order, proof });
    return fetch(`${dav.server.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A UCAN to be kept: for the app `test`, to write, 30 days, unless said otherwise. */
  function ucan(
    change: Partial<Parameters<typeof issueStored>[0]> & { readonly days?: number } = {},
  ): Promise<string> {
    const { days = 30, ...rest } = change;
    const nowMs = rest.nowMs ?? Date.now();
    return issueStored({
      issuer: dav.owner,
      audience: audience(),
      capabilities: [{ with: "app:test", can: "app/write" }],
      expiresAtSec: Math.floor(nowMs / 1_000) + days * daySec,
      nowMs,
      ...rest,
    });
  }

  async function create(body: unknown, asking: Asking = {}): Promise<Made> {
    const answer = await ask("POST", "/relite/app-passwords", body, asking);
    const told = (await answer.json()) as Made["body"];
    return { status: answer.status, body: told, id: String(told.id), password: String(told.password) };
  }

  /** A request with `Basic`, below the app `test` unless the path is absolute. */
  function basic(
    password: string,
    method: string,
    path: string,
    { body, user = "anyone", headers = {} }: BasicRequest = {},
  ): Promise<Response> {
    const url = dav.server.url + (path.startsWith("/") ? path : `/dav/apps/test/${path}`);
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const all = { ...headers, Authorization: authorization };
    return fetch(url, { method, headers: all, ...(body === undefined ? {} : { body }) });
  }

  return { audience, ask, ucan, create, basic };
}
