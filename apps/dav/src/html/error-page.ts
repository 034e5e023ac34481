import type { ReliteError } from "@relite/core/errors";
import type { Exchange } from "../exchange.ts";
import { html, type Markup } from "./markup.ts";
import { sendPageOf } from "./page-shell.ts";
import { signInForm } from "./sign-in-form.ts";
import { type Words, wordsFor } from "./words.ts";

/** A refusal as a page somebody can read; who has to say who they are gets a form for it. */
export function sendErrorPage(exchange: Exchange, error: ReliteError, prefix: readonly string[]): void {
  const { req, res } = exchange;
  const words = wordsFor(req.headers["accept-language"]);
  const canSignIn = error.status === 401 && exchange.dav !== null;
  const title = canSignIn ? words.signInTitle : words.errorTitle(error.status);
  const content = canSignIn
    ? signInForm(words, { next: exchange.dav?.target ?? null, prefix, failed: false })
    : explanation(words, error);
  sendPageOf(req, res, { status: error.status, shell: { words, title, narrow: true }, content });
}

function explanation(words: Words, error: ReliteError): Markup {
  const { retryAfterSec } = error.details;
  const again = typeof retryAfterSec === "number" ? words.tryAgainIn(retryAfterSec) : null;
  return html`<div class="card pad"><h1>${words.errorTitle(error.status)}</h1>
<p>${words.errorText(error.status)} ${again}</p>
<p><code>${words.code}: ${error.reason ?? error.code}</code></p></div>`;
}
