import type { IncomingMessage, ServerResponse } from "node:http";
import { html, type Markup } from "./markup.ts";
import type { Words } from "./words.ts";

export interface Shell {
  readonly words: Words;
  readonly title: string;
  /** Text pages are narrow, listings wide. */
  readonly narrow?: boolean;
  /** A script of this server, by path. */
  readonly script?: string;
}

/** Whether a person's browser asks for a page to show: everything else gets what it got before. */
export function isNavigation({ method, headers }: Pick<IncomingMessage, "method" | "headers">): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  // What a page loads by itself (a script, a picture, a fetch) is not shown as a page.
  const destination = headers["sec-fetch-dest"];
  if (destination !== undefined && destination !== "document" && destination !== "iframe") return false;
  return /\btext\/html\b/i.test(headers.accept ?? "");
}

/** Whether a form of a page was sent. */
export function isForm({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
}

/** Whether the answer is shown to a person: a page was asked for, or its form was sent. */
export function showsPage(req: Pick<IncomingMessage, "method" | "headers">): boolean {
  if (isNavigation(req)) return true;
  return req.method === "POST" && isForm(req) && isNavigation({ method: "GET", headers: req.headers });
}

/**
 * No script but the server's own where a page needs one, no form to elsewhere, no frame, nothing from another origin.
 * The origin may see where a link came from, others may not.
 */
export function setPageHeaders(
  res: ServerResponse,
  { words, script }: Pick<Shell, "words" | "script">,
): void {
  const scripts = script === undefined ? "" : "; script-src 'self'; connect-src 'self'";
  res.setHeader("Content-Type", "text/html; charset=utf-8");
  res.setHeader("Content-Language", words.lang);
  res.setHeader("Cache-Control", "private, no-store");
  res.setHeader("Vary", "Accept, Accept-Language, Authorization, Cookie, Origin");
  res.setHeader("Referrer-Policy", "same-origin");
  res.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  res.setHeader(
    "Content-Security-Policy",
    `default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'${scripts}; base-uri 'none'; frame-ancestors 'none'`,
  );
}

/** What comes before a page's own content. Streamed pages send it first. */
export function openPage({ words, title, narrow = false, script }: Shell): Markup {
  const loading = script === undefined ? null : html`<script src="${script}" defer></script>`;
  return html`<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="/relite/page.css">
${loading}</head>
<body><main${narrow ? html` class="narrow"` : null}>
`;
}

export const closePage: Markup = html`</main></body>
</html>
`;

/** A whole small page as the answer. */
export function sendPageOf(
  req: IncomingMessage,
  res: ServerResponse,
  { status, shell, content }: { readonly status: number; readonly shell: Shell; readonly content: Markup },
): void {
  const body = openPage(shell).markup + content.markup + closePage.markup;
  setPageHeaders(res, shell);
  res.statusCode = status;
  res.setHeader("Content-Length", Buffer.byteLength(body));
  res.end(req.method === "HEAD" ? undefined : body);
}
