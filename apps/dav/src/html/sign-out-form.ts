import { html, type Markup } from "./markup.ts";
import type { Words } from "./words.ts";

/** Ends the cookie that the sign-in form gave, and leads back to the address, which asks for a password then. */
export function signOutForm(words: Words, href: string): Markup {
  return html`<form class="inline" method="post" action="/relite/session/end">
<input type="hidden" name="next" value="${href}"><button class="plain">${words.signOut}</button>
</form>`;
}
