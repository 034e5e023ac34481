import type { ReliteError } from "@relite/core/errors";
import { homeOf } from "../access/home-of.ts";
import { isBySession } from "../access/session-identity.ts";
import type { Exchange } from "../exchange.ts";
import { fileCapability } from "../zones.ts";
import { html, type Markup } from "./markup.ts";
import { sendPageOf } from "./page-shell.ts";
import { addressOf, type SignIn, signInForm } from "./sign-in-form.ts";
import { type Words, wordsFor } from "./words.ts";

/** A refusal as a page somebody can read; who has to say who they are gets a form for it. */
export function sendErrorPage(exchange: Exchange, error: ReliteError, prefix: readonly string[]): void {
  const { req, res } = exchange;
  const words = wordsFor(req.headers["accept-language"]);
  const signIn = signInFor(exchange, error, { words, prefix });
  const title = signIn === null ? words.errorTitle(error.status) : words.signInTitle;
  const content =
    signIn === null ? explanation(words, error, wayOn(exchange, words, prefix)) : signInForm(words, signIn);
  sendPageOf(req, res, { status: error.status, shell: { words, title, narrow: true }, content });
}

/** The form where a password can help: without any proof, or with a cookie that opens something else. */
function signInFor(
  exchange: Exchange,
  { status }: ReliteError,
  { words, prefix }: { readonly words: Words; readonly prefix: readonly string[] },
): SignIn | null {
  if (exchange.dav === null) return null;
  const { target } = exchange.dav;
  const next = fileCapability(target, "read") === null ? null : target;
  if (status === 401) return { next, prefix };
  const isElsewhere = status === 403 && next !== null && isBySession(exchange);
  return isElsewhere ? { next, prefix, trouble: words.anotherPassword } : null;
}

/** What the one who asks may open, so that no page is a dead end. */
function wayOn({ identity }: Exchange, words: Words, prefix: readonly string[]): Markup | null {
  const home = identity === null ? null : homeOf(identity);
  if (identity === null || home === null) return null;
  const href = identity.via === "share" ? `/s/${identity.credentialId}` : addressOf(home, prefix);
  return html`<p><a class="button plain" href="${href}">${words.openPlace(home.segments.at(-1) ?? "")}</a></p>`;
}

function explanation(words: Words, error: ReliteError, way: Markup | null): Markup {
  const { retryAfterSec } = error.details;
  const again = typeof retryAfterSec === "number" ? words.tryAgainIn(retryAfterSec) : null;
  return html`<div class="card pad"><h1>${words.errorTitle(error.status)}</h1>
<p>${words.errorText(error.status)} ${again}</p>
${way}
<p><code>${words.code}: ${error.reason ?? error.code}</code></p></div>`;
}
