import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { ReliteError } from "@relite/core/errors";
import type { Dispatcher } from "undici";
import { toUpstreamError } from "./upstream-error.ts";

export interface EgressLimits {
  readonly connectMs: number;
  /** From the request to the head of the answer. */
  readonly headersMs: number;
  /** Longest pause between two pieces of a body. */
  readonly idleMs: number;
  /** Largest body. */
  readonly maxBytes: number;
  readonly maxRedirects: number;
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const bodilessStatuses: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** One request with its redirects. `redirect: "manual"` hands the first answer over as it is. */
export async function exchange(
  dispatcher: Dispatcher,
  limits: EgressLimits,
  start: URL,
  init: RequestInit,
): Promise<Response> {
  let url = requireWebAddress(start);
  let method = init.method ?? "GET";
  let body = await toUpstreamBody(init.body ?? null);
  for (let redirects = 0; ; redirects++) {
    const answer = await send(dispatcher, url, { ...init, method }, body);
    const location = answer.headers.location;
    const isRedirect = redirectStatuses.has(answer.statusCode) && typeof location === "string";
    if (!isRedirect || init.redirect === "manual") return toResponse(answer, limits.maxBytes, init.signal);
    await answer.body.dump({ limit: 65_536 }).catch(() => undefined);
    url = nextAddress(url, location);
    if (redirects >= limits.maxRedirects) throw redirectRefused("redirected");
    if (answer.statusCode === 303 && method !== "HEAD") [method, body] = ["GET", null];
    if (body instanceof Readable) throw redirectRefused("redirected");
  }
}

async function send(dispatcher: Dispatcher, url: URL, init: RequestInit, body: UpstreamBody) {
  try {
    return await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      // undici takes any token here; its types know the common ones.
      method: init.method as Dispatcher.HttpMethod,
      headers: { "accept-encoding": "identity", ...Object.fromEntries(new Headers(init.headers)) },
      body,
      signal: init.signal ?? null,
    });
  } catch (error) {
    throw toUpstreamError(error, init.signal);
  }
}

function requireWebAddress(url: URL): URL {
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  if (isWeb && url.username === "" && url.password === "") return url;
  throw new ReliteError("bad_request", "The address must be http or https and carry no credentials.", {
    reason: "bad_address",
  });
}

function nextAddress(from: URL, location: string): URL {
  const next = URL.parse(location, from.href);
  if (next === null || next.origin !== from.origin) throw redirectRefused("redirected");
  return requireWebAddress(next);
}

function redirectRefused(reason: string): ReliteError {
  return new ReliteError("upstream_failed", "The server redirects to where it is not followed.", { reason });
}

type UpstreamBody = string | Uint8Array | Readable | null;

async function toUpstreamBody(body: BodyInit | null): Promise<UpstreamBody> {
  if (body === null || typeof body === "string") return body;
  if (body instanceof Uint8Array) return body;
  if (body instanceof ReadableStream) return Readable.fromWeb(body as NodeReadableStream);
  return new Uint8Array(await new Response(body).arrayBuffer());
}

function toResponse(
  answer: Dispatcher.ResponseData,
  maxBytes: number,
  signal: AbortSignal | null | undefined,
): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  const { statusCode: status, body } = answer;
  if (!bodilessStatuses.has(status))
    return new Response(guardBody(body, maxBytes, signal), { status, headers });
  body.destroy();
  return new Response(null, { status, headers });
}

/** Passes the body on piece by piece; too much of it is an error, leaving it destroys the source. */
function guardBody(
  body: Readable,
  maxBytes: number,
  signal: AbortSignal | null | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces: AsyncIterator<Uint8Array<ArrayBuffer>> = body[Symbol.asyncIterator]();
  let received = 0;
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const piece = await pieces.next();
        if (piece.done) return controller.close();
        received += piece.value.byteLength;
        if (received > maxBytes) throw tooMuch();
        controller.enqueue(piece.value);
      } catch (error) {
        body.destroy();
        controller.error(toUpstreamError(error, signal));
      }
    },
    cancel: () => {
      body.destroy();
    },
  });
}

function tooMuch(): ReliteError {
  return new ReliteError("upstream_failed", "The server's answer is larger than allowed.", {
    reason: "answer_too_large",
  });
}
