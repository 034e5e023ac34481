import type { WaitingLogin } from "../access/logins.ts";
import type { Exchange } from "../exchange.ts";
import { loginWordsFor } from "../html/login-words.ts";
import type { Markup } from "../html/markup.ts";
import { sendPageOf } from "../html/page-shell.ts";
import { type Words, wordsFor } from "../html/words.ts";

/** Below it lies the secret of one sign-in. */
export const loginPagePath = "/index.php/login/v2/flow";

/** One look at the page of one sign-in that waits. */
export interface Visit {
  readonly exchange: Exchange;
  readonly words: Words;
  readonly pageHash: string;
  /** The address of the page, where its forms go, too. */
  readonly href: string;
  readonly login: WaitingLogin;
}

export function sendLoginPage({ req, res }: Exchange, content: Markup, status = 200, title?: string): void {
  const words = wordsFor(req.headers["accept-language"]);
  const shell = { words, title: title ?? loginWordsFor(words).title, narrow: true };
  sendPageOf(req, res, { status, shell, content });
}
