import type { Target } from "../target.ts";
import { html, type Markup } from "./markup.ts";
import type { Words } from "./words.ts";

export interface SignIn {
  /** Where to go afterwards; null: to whatever the password opens. */
  readonly next: Target | null;
  readonly prefix: readonly string[];
  /** Why the last try did not work. */
  readonly trouble?: string;
}

/** Asks for an app password. Works without a script; the answer is a cookie for reading. */
export function signInForm(words: Words, { next, prefix, trouble }: SignIn): Markup {
  const address = next === null ? "" : addressOf(next, prefix);
  return html`<div class="card pad"><h1>${next === null ? words.frontTitle : words.signInTitle}</h1>
<p>${next === null ? words.frontText : words.signInText}</p>
${trouble === undefined ? null : html`<p class="bad" role="alert" id="trouble">${trouble}</p>`}
<form method="post" action="/relite/session">
<input type="hidden" name="next" value="${address}">
<label>${words.password}<input type="password" name="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required${trouble === undefined ? null : html` aria-describedby="trouble"`}${next === null ? null : html` autofocus`}></label>
<button>${words.signIn}</button>
</form>
<p class="dim">${words.signInStays}</p>
<p class="dim">${words.signInHow}</p>
${next === null ? null : html`<p class="dim">${words.signInShare}</p>`}</div>`;
}

/** The one spelling of an address below the prefix: it cannot lead to another host. */
export function addressOf({ segments, endsWithSlash }: Target, prefix: readonly string[]): string {
  const path = [...prefix, ...segments].map((segment) => `/${encodeURIComponent(segment)}`).join("");
  return path + (endsWithSlash || segments.length === 0 ? "/" : "");
}
