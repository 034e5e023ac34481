import { audienceOfUrl, parseAppId } from "@relite/core/ucan";
import type { ServerConfig } from "../api/server-config.ts";

/** What the user changed; null follows the server's own settings (SY2). */
export interface EndpointChoice {
  readonly baseUrl: string | null;
  readonly prefix: string | null;
  readonly audience: string | null;
  readonly mode: "direct" | "proxy";
  readonly appId: string;
}

/** What is in force. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** `/dav`; empty when the files start at the root. */
  readonly prefix: string;
  readonly audience: string;
  readonly mode: "direct" | "proxy";
  readonly appId: string;
}

export const defaultChoice: EndpointChoice = {
  baseUrl: null,
  prefix: null,
  audience: null,
  mode: "direct",
  appId: "relite",
};

export function endpointOf(choice: EndpointChoice, server: ServerConfig): Endpoint {
  const baseUrl = (choice.baseUrl ?? server.backendBaseUrl).replace(/\/+$/, "");
  return {
    baseUrl,
    prefix: normalPrefix(choice.prefix ?? server.backendPrefix),
    audience: choice.audience ?? audienceFor(choice, server, baseUrl),
    mode: choice.mode,
    appId: choice.appId,
  };
}

/** An address of one's own is another server: the audience set for the server's default does not hold for it. */
function audienceFor(choice: EndpointChoice, server: ServerConfig, baseUrl: string): string {
  const isDefault =
    choice.baseUrl === null ||
    choice.baseUrl.replace(/\/+$/, "") === server.backendBaseUrl.replace(/\/+$/, "");
  return isDefault && server.ucanAudience !== null ? server.ucanAudience : audienceOfUrl(baseUrl);
}

/** `dav/`, `/dav` → `/dav`; `/` and the empty text → no prefix. */
export function normalPrefix(text: string): string {
  const inner = text.trim().replace(/^\/+|\/+$/g, "");
  return inner === "" ? "" : `/${inner}`;
}

export type ChoiceProblem = "bad_address" | "bad_prefix" | "bad_audience" | "bad_app_id";

/** The first thing wrong with what was typed; null when it can be saved. */
export function problemOf(
  choice: EndpointChoice,
): { readonly field: keyof EndpointChoice; readonly problem: ChoiceProblem } | null {
  if (choice.baseUrl !== null && !isAddress(choice.baseUrl))
    return { field: "baseUrl", problem: "bad_address" };
  if (choice.prefix !== null && !/^[\w./~-]*$/.test(choice.prefix))
    return { field: "prefix", problem: "bad_prefix" };
  if (choice.audience !== null && !/^did:[a-z0-9]+:[\w.:%-]{1,250}$/i.test(choice.audience))
    return { field: "audience", problem: "bad_audience" };
  if (parseAppId(choice.appId) === null) return { field: "appId", problem: "bad_app_id" };
  return null;
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.search === "" &&
    url.hash === ""
  );
}

/** Narrows what an older version or another tab stored. */
export function parseChoice(value: unknown): EndpointChoice {
  if (typeof value !== "object" || value === null) return defaultChoice;
  const textAt = (key: string): string | null => {
    const found: unknown = Reflect.get(value, key);
    return typeof found === "string" && found !== "" ? found : null;
  };
  return {
    baseUrl: textAt("baseUrl"),
    prefix: textAt("prefix"),
    audience: textAt("audience"),
    mode: textAt("mode") === "proxy" ? "proxy" : "direct",
    appId: textAt("appId") ?? defaultChoice.appId,
  };
}
