import { discard, faultOfAnswer, faultOfThrown } from "./answer.ts";
import { type DavEntry, readEntries } from "./entry.ts";
import { DavFault } from "./fault.ts";
import type { DavLimits } from "./limits.ts";
import { createMultistatusParser } from "./multistatus.ts";
import { indexProperties, propfindBody } from "./propfind-body.ts";
import type { Send } from "./send.ts";

export interface ListOptions {
  readonly depth: 0 | 1 | "infinity";
  /** Names in `DAV:`, or Clark notation; default the four an index needs. */
  readonly properties?: readonly string[];
  readonly signal?: AbortSignal;
  /** Told of every entry that cannot be named, and when the collection's own is not there: then absence proves nothing. */
  readonly onUnusable?: () => void;
  /** Told of each answer's headers and, at its end, its bytes: one call per page. */
  readonly onAnswer?: (answer: { readonly headers: Headers; readonly bytes: number }) => void;
}

interface Listing {
  readonly send: Send;
  readonly url: string;
  readonly path: string;
  readonly limits: DavLimits;
}

/** One listing over all its pages. */
export async function* listCollection(
  { send, url, path, limits }: Listing,
  options: ListOptions,
): AsyncGenerator<DavEntry, void, void> {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const parsers = { limits, budget: { bytes: limits.maxBytes, entries: limits.maxEntries } };
  const body = propfindBody(options.properties ?? indexProperties);
  const headers = { Depth: String(options.depth), "Content-Type": 'application/xml; charset="utf-8"' };
  const visited = new Set<string>();
  let namesItself = false;
  let next: string | null = url;
  while (next !== null) {
    if (visited.has(next) || visited.size >= limits.maxPages) throw new DavFault("answer_too_large");
    visited.add(next);
    const response = await send({ method: "PROPFIND", url: next, headers, body, signal });
    if (response.status !== 207) throw await faultOfNoListing(response);
    const urlPath = askedPath(response.url || next, next);
    try {
      for await (const entry of readPage(response, { urlPath, path }, parsers, options)) {
        namesItself ||= entry.depth === 0;
        yield entry;
      }
    } catch (error) {
      throw faultOfThrown(error, signal);
    }
    next = nextPage(response.headers.get("link"), response.url || next, url);
  }
  // RFC 4918 §9.1: every depth includes the resource that was asked. A listing without it is one of something else.
  if (!namesItself) options.onUnusable?.();
}

interface Parsing {
  readonly limits: DavLimits;
  readonly budget: { bytes: number; entries: number };
}

async function* readPage(
  response: Response,
  asked: { readonly urlPath: string; readonly path: string },
  { limits, budget }: Parsing,
  options: ListOptions,
): AsyncGenerator<DavEntry, void, void> {
  const parser = createMultistatusParser({ ...limits, maxEntries: budget.entries });
  const decoder = decoderFor(response.headers.get("content-type"));
  const reader = response.body?.getReader();
  let bytes = 0;
  let isWhole = false;
  try {
    while (!isWhole) {
      const chunk = await reader?.read();
      isWhole = chunk === undefined || chunk.done;
      bytes += chunk?.value?.byteLength ?? 0;
      if (bytes > budget.bytes) throw new DavFault("answer_too_large");
      const responses = parser.write(decoder.decode(chunk?.value, { stream: !isWhole }));
      budget.entries -= responses.length;
      for (const one of responses) {
        const { entries, unusable } = readEntries(one, asked);
        for (let count = 0; count < unusable; count += 1) options.onUnusable?.();
        yield* entries;
      }
    }
    parser.end();
  } finally {
    budget.bytes -= bytes;
    options.onAnswer?.({ headers: response.headers, bytes });
    if (!isWhole) await reader?.cancel().catch(() => undefined);
  }
}

/** A success that is no multistatus (a login page, an index) is the one thing a listing must never be taken from. */
async function faultOfNoListing(response: Response): Promise<Error> {
  if (!response.ok) return faultOfAnswer(response);
  await discard(response);
  return new DavFault("not_multistatus", { status: response.status });
}

function decoderFor(contentType: string | null): TextDecoder {
  const charset = /charset="?([\w-]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** Hrefs are compared with the path that answered: a redirect on the same origin may have added a slash. */
function askedPath(answered: string, sent: string): string {
  const [to, from] = [new URL(answered), new URL(sent)];
  return to.origin === from.origin ? to.pathname : from.pathname;
}

/** `Link: <…>; rel="next"` (Jianguoyun pages by 750); only on the same origin, credentials go nowhere else. */
function nextPage(link: string | null, from: string, base: string): string | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "")?.[1];
  if (target === undefined) return null;
  const url = URL.parse(target, from);
  if (url === null || url.origin !== new URL(base).origin) throw new DavFault("redirected");
  return url.href;
}
