import { isReliteError } from "@relite/core/errors";
import { clientOf } from "../access/client-of.ts";
import { readAppPassword } from "../access/secret.ts";
import { cookieHeader } from "../access/sessions.ts";
import { wholeAppOf } from "../access/whole-app.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { loginSignIn } from "../html/login-page.ts";
import { loginWordsFor } from "../html/login-words.ts";
import type { Words } from "../html/words.ts";
import { loginPagePath, sendLoginPage, type Visit } from "./login-visit.ts";
import { isFromTls } from "./same-origin.ts";

/** Goes along to the page of sign-ins only, and opens no file. */
export const loginCookie = "relite-login";
const lifeSec = 20 * 60;

/** Why a password does not lead on. */
interface Refused {
  readonly status: number;
  readonly code: string;
  readonly say: (words: Words) => string;
}

/** A right password leads back to the page, with a cookie for it; a wrong one keeps the form. */
export async function signInTo(found: Visit, password: string, context: DavContext): Promise<void> {
  const { exchange, words, href } = found;
  const tried = await tryPassword(exchange, password, context);
  const minted = "id" in tried ? context.sessions.mint("app-password", tried.id, lifeSec) : null;
  if (minted === null || !("id" in tried)) {
    const refused = "id" in tried ? wrongPassword : tried;
    exchange.code = refused.code;
    return sendLoginPage(exchange, loginSignIn(words, found, refused.say(words)), refused.status);
  }
  exchange.subject = tried.id;
  const isSecure = isFromTls(exchange.req);
  const { value } = minted;
  exchange.res.writeHead(303, {
    "Set-Cookie": cookieHeader({
      name: loginCookie,
      value,
      lifeSec: minted.lifeSec,
      path: loginPagePath,
      isSecure,
    }),
    Location: href,
    "Cache-Control": "no-store",
    "Content-Length": 0,
  });
  exchange.res.end();
}

async function tryPassword(
  exchange: Exchange,
  password: string,
  { access }: DavContext,
): Promise<{ readonly id: string } | Refused> {
  const secret = readAppPassword(password);
  const address = clientOf(exchange, access);
  try {
    if (secret === null) return access.door.refuse(address);
    const principal = await access.door.open({ ...secret, kind: "app-password", address });
    return wholeAppOf(principal) === null ? folderOnly : { id: secret.id };
  } catch (error) {
    if (!isReliteError(error)) throw error;
    if (error.code === "unauthorized") return wrongPassword;
    if (error.code !== "rate_limited") throw error;
    const sec = Number(error.details.retryAfterSec ?? 1);
    exchange.res.setHeader("Retry-After", sec);
    return { status: 429, code: error.reason ?? error.code, say: (words) => words.tooManyGuesses(sec) };
  }
}

const wrongPassword: Refused = {
  status: 403,
  code: "wrong_password",
  say: (words) => loginWordsFor(words).wrongPassword,
};

const folderOnly: Refused = {
  status: 403,
  code: "folder_only",
  say: (words) => loginWordsFor(words).folderOnly,
};
