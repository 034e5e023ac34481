import type { Target } from "../target.ts";
import { html, type Markup } from "./markup.ts";
import type { Words } from "./words.ts";

export interface SignIn {
  /** Where to go afterwards. */
  readonly next: Target | null;
  readonly prefix: readonly string[];
  readonly failed: boolean;
}

/** Asks for an app password. Works without a script; the answer is a cookie for reading. */
export function signInForm(words: Words, { next, prefix, failed }: SignIn): Markup {
  const address = next === null ? "" : addressOf(next, prefix);
  return html`<div class="card pad"><h1>${words.signInTitle}</h1>
<p>${words.signInText}</p>
${failed ? html`<p class="bad" role="alert">${words.wrongPassword}</p>` : null}
<form method="post" action="/relite/session">
<input type="hidden" name="next" value="${address}">
<label>${words.password}<input type="password" name="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required autofocus></label>
<button>${words.signIn}</button>
</form>
<p class="dim">${words.signInStays}</p>
<p class="dim">${words.signInHow}</p>
<p class="dim">${words.signInShare}</p></div>`;
}

/** The one spelling of an address below the prefix: it cannot lead to another host. */
export function addressOf({ segments, endsWithSlash }: Target, prefix: readonly string[]): string {
  const path = [...prefix, ...segments].map((segment) => `/${encodeURIComponent(segment)}`).join("");
  return path + (endsWithSlash || segments.length === 0 ? "/" : "");
}
