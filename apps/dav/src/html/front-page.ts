import type { Exchange } from "../exchange.ts";
import { sendPageOf } from "./page-shell.ts";
import { signInForm } from "./sign-in-form.ts";
import { wordsFor } from "./words.ts";

/** Above the files a browser is told what this server is, and may go to what an app password opens. The same for everybody. */
export function sendFrontPage({ req, res }: Exchange, prefix: readonly string[]): void {
  const words = wordsFor(req.headers["accept-language"]);
  const shell = { words, title: words.frontTitle, narrow: true };
  sendPageOf(req, res, { status: 200, shell, content: signInForm(words, { next: null, prefix }) });
}
