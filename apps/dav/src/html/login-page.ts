import type { WaitingLogin } from "../access/logins.ts";
import { createFormat } from "./format.ts";
import { loginWordsFor } from "./login-words.ts";
import { html, type Markup } from "./markup.ts";
import type { Words } from "./words.ts";

export interface LoginForm {
  readonly login: WaitingLogin;
  /** Where its forms go: the address of the page. */
  readonly href: string;
}

/** Who asks, and the form for an app password that says who may give. */
export function loginSignIn(words: Words, { login, href }: LoginForm, trouble?: string): Markup {
  const say = loginWordsFor(words);
  const described = trouble === undefined ? null : html` aria-describedby="trouble"`;
  return html`<div class="card pad"><h1>${say.title}</h1>
${whoAsks(words, login)}
<p>${say.onlyIfYours}</p>
${trouble === undefined ? null : html`<p class="bad" role="alert" id="trouble">${trouble}</p>`}
<form method="post" action="${href}">
<input type="hidden" name="step" value="sign-in">
<label>${words.password}<input type="password" name="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required${described}></label>
<button>${say.next}</button>
</form>
<p class="dim">${say.whichPassword}</p>
<p class="dim">${words.signInHow}</p></div>`;
}

export interface GrantForm extends LoginForm {
  /** The app whose files it gets. */
  readonly app: string;
  readonly mayWrite: boolean;
  readonly untilMs: number;
  /** Proves that the form was sent by this page. */
  readonly state: string;
}

/** What the app will get, in plain words, and the two answers. */
export function loginGrant(words: Words, { login, href, app, mayWrite, untilMs, state }: GrantForm): Markup {
  const say = loginWordsFor(words);
  const gets = mayWrite ? say.getsWrite(app) : say.getsRead(app);
  const readOnly = mayWrite
    ? html`<label class="check"><input type="checkbox" name="read-only" value="yes">${say.readOnly}</label>`
    : null;
  return html`<div class="card pad"><h1>${say.grantTitle}</h1>
${whoAsks(words, login)}
<ul><li>${gets}</li><li>${say.until(createFormat(words).time(untilMs))}</li><li>${say.ownPassword}</li></ul>
<p>${say.onlyIfYours}</p>
<form method="post" action="${href}">
<input type="hidden" name="state" value="${state}">${readOnly}
<button name="step" value="grant">${say.grant}</button>
<button class="plain" name="step" value="refuse">${say.refuse}</button>
</form>
<p class="dim"><a href="${href}?other">${say.otherPassword}</a></p></div>`;
}

/** How it ended. */
export function loginEnded(words: Words, how: "granted" | "refused" | "over"): Markup {
  const say = loginWordsFor(words);
  return html`<div class="card pad"><h1>${say[how]}</h1><p>${say[`${how}Text`]}</p></div>`;
}

function whoAsks(words: Words, { agent, address, createdMs }: WaitingLogin): Markup {
  const say = loginWordsFor(words);
  return html`<p><strong><bdi>${agent}</bdi></strong> ${say.asks}</p>
<p class="dim">${say.askedFrom(address, createFormat(words).time(createdMs))}</p>`;
}
