import { discard, faultOfAnswer } from "./answer.ts";
import type { DavEntry } from "./entry.ts";
import { DavFault } from "./fault.ts";
import type { Fetch } from "./fetch.ts";
import { type DavLimits, defaultDavLimits } from "./limits.ts";
import { type ListOptions, listCollection } from "./list-collection.ts";
import { encodePath } from "./path.ts";
import { createSend, type DavRequest } from "./send.ts";

export interface DavClientOptions {
  /** http(s) address of a collection; a missing slash at the end is added. */
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** The `Authorization` header for the next request; null for none. */
  readonly authorization?: (() => Promise<string | null>) | undefined;
  readonly limits?: Partial<DavLimits>;
  readonly userAgent?: string;
}

export interface PutOptions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /** `Range` value, e.g. `bytes=0-99`. */
  readonly range?: string;
  readonly ifNoneMatch?: string;
  readonly signal?: AbortSignal;
}

type Abortable = { readonly signal?: AbortSignal };
export interface RemoveOptions extends Abortable {
  readonly ifMatch?: string;
  /** Asks a Relite server to keep nothing of it, in no trash either; other servers pass over it. */
  readonly keepsNothing?: boolean;
}

type Transfer = Abortable & { readonly overwrite?: boolean };

/**
 * A WebDAV client for browser and node. Paths are decoded, below the base, segments joined by `/`, "" for the base.
 * Every refusal is a ReliteError: `not_found`, `conflict`, `precondition_failed`, `locked`, `too_large`,
 * `insufficient_storage` as the server says, or a DavFault with a reason; `details.status` is the server's status,
 * `details.problemCode` and `details.problemReason` what a Relite server adds. An abort throws the signal's reason.
 */
export interface DavClient {
  /** The listing as a stream, in the server's order, pages by `Link: rel="next"` followed. */
  list(path: string, options: ListOptions): AsyncGenerator<DavEntry, void, void>;
  /** The entry at a path by PROPFIND Depth 0; null when the server has nothing there. */
  stat(
    path: string,
    options?: Abortable & { readonly properties?: readonly string[] },
  ): Promise<DavEntry | null>;
  /** 200, 206, or 304 when asked by `ifNoneMatch`; the body is the caller's to read or cancel. */
  get(path: string, options?: GetOptions): Promise<Response>;
  /** The new ETag when the server says it. */
  put(
    path: string,
    body: BodyInit,
    options?: PutOptions,
  ): Promise<{ readonly etag: string | null; readonly status: number }>;
  /** False when there was nothing at the path. */
  remove(path: string, options?: RemoveOptions): Promise<boolean>;
  /** False when something is there already. */
  makeCollection(path: string, options?: Abortable): Promise<boolean>;
  move(from: string, to: string, options?: Transfer): Promise<void>;
  copy(from: string, to: string, options?: Transfer): Promise<void>;
  /** What the base says it can: `DAV` classes and allowed methods. */
  options(
    options?: Abortable,
  ): Promise<{ readonly classes: readonly string[]; readonly methods: readonly string[] }>;
}

export function createDavClient(options: DavClientOptions): DavClient {
  const limits: DavLimits = { ...defaultDavLimits, ...options.limits };
  const base = options.baseUrl.endsWith("/") ? options.baseUrl : `${options.baseUrl}/`;
  const urlOf = (path: string, isCollection = false) =>
    `${base}${encodePath(path)}${isCollection && path !== "" ? "/" : ""}`;
  const send = createSend(options);
  const list = (path: string, given: ListOptions, isCollection = true) =>
    listCollection({ send, url: urlOf(path, isCollection), path, limits }, given);
  const plain = async (request: DavRequest, accepted: readonly number[] = []): Promise<Response> => {
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    const response = await send({ ...request, signal });
    if (!response.ok && !accepted.includes(response.status)) throw await faultOfAnswer(response);
    await discard(response);
    return response;
  };
  const transfer =
    (method: "MOVE" | "COPY") =>
    async (from: string, to: string, given: Transfer = {}) => {
      const headers = { Destination: urlOf(to), Overwrite: given.overwrite === false ? "F" : "T" };
      const response = await plain({ method, url: urlOf(from), headers, signal: given.signal });
      if (response.status === 207) throw new DavFault("unexpected_status", { status: 207 });
    };

  return {
    list,
    stat: (path, given = {}) => statEntry(list, path, given),
    get: async (path, given = {}) => {
      const headers = {
        ...(given.range === undefined ? {} : { Range: given.range }),
        ...(given.ifNoneMatch === undefined ? {} : { "If-None-Match": given.ifNoneMatch }),
      };
      const response = await send({ method: "GET", url: urlOf(path), headers, signal: given.signal });
      if (response.status !== 200 && response.status !== 206 && response.status !== 304)
        throw await faultOfAnswer(response);
      return response;
    },
    put: async (path, body, given = {}) => {
      const headers = conditionsOf(given);
      const response = await send({ method: "PUT", url: urlOf(path), headers, body, signal: given.signal });
      if (!response.ok || response.status === 207) throw await faultOfAnswer(response);
      await discard(response);
      return { etag: response.headers.get("etag"), status: response.status };
    },
    remove: async (path, given = {}) => {
      const request = {
        method: "DELETE",
        url: urlOf(path),
        headers: { ...conditionsOf(given), ...(given.keepsNothing === true ? { Prefer: "keep=none" } : {}) },
        signal: given.signal,
      };
      const response = await plain(request, [404, 410]);
      if (response.status === 207) throw new DavFault("unexpected_status", { status: 207 });
      return response.ok;
    },
    makeCollection: async (path, { signal } = {}) =>
      (await plain({ method: "MKCOL", url: urlOf(path, true), signal }, [405])).ok,
    move: transfer("MOVE"),
    copy: transfer("COPY"),
    options: async ({ signal } = {}) => {
      const { headers } = await plain({ method: "OPTIONS", url: base, signal });
      return { classes: splitList(headers.get("dav")), methods: splitList(headers.get("allow")) };
    },
  };
}

async function statEntry(
  list: (path: string, given: ListOptions, isCollection: boolean) => AsyncGenerator<DavEntry, void, void>,
  path: string,
  given: Abortable & { readonly properties?: readonly string[] },
): Promise<DavEntry | null> {
  try {
    for await (const entry of list(path, { ...given, depth: 0 }, path === "")) {
      if (entry.depth === 0) return entry.status === 404 || entry.status === 410 ? null : entry;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "not_found") return null;
    throw error;
  }
  throw new DavFault("not_multistatus");
}

function conditionsOf(given: PutOptions): Record<string, string> {
  return {
    ...(given.ifMatch === undefined ? {} : { "If-Match": given.ifMatch }),
    ...(given.ifNoneMatch === undefined ? {} : { "If-None-Match": given.ifNoneMatch }),
    ...(given.contentType === undefined ? {} : { "Content-Type": given.contentType }),
  };
}

function splitList(text: string | null): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
