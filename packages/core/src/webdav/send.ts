import { faultOfThrown } from "./answer.ts";
import type { Fetch } from "./fetch.ts";

export interface DavRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal | undefined;
}

export type Send = (request: DavRequest) => Promise<Response>;

export interface Sender {
  readonly fetch: Fetch;
  readonly authorization?: (() => Promise<string | null>) | undefined;
  readonly userAgent?: string;
}

/** Sends with a fresh `Authorization`; whatever `fetch` throws becomes one of our errors. */
export function createSend({ fetch, authorization, userAgent }: Sender): Send {
  return async ({ method, url, headers, body, signal }) => {
    const authorized = (await authorization?.()) ?? null;
    const isStream = body instanceof ReadableStream;
    try {
      return await fetch(url, {
        method,
        headers: {
          ...headers,
          ...(authorized === null ? {} : { Authorization: authorized }),
          ...(userAgent === undefined ? {} : { "User-Agent": userAgent }),
        },
        ...(body === undefined ? {} : { body }),
        ...(isStream ? { duplex: "half" } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw faultOfThrown(error, signal);
    }
  };
}
