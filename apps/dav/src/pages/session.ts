import { isReliteError, ReliteError } from "@relite/core/errors";
import { isAllowed, type Principal } from "@relite/core/ucan";
import { clientOf } from "../access/client-of.ts";
import { homeOf } from "../access/home-of.ts";
import { readAppPassword } from "../access/secret.ts";
import { sessionCookie, sessionZones } from "../access/session-identity.ts";
import { cookieHeader, type Minted, readCookie } from "../access/sessions.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { sendErrorPage } from "../html/error-page.ts";
import { isForm, sendPageOf } from "../html/page-shell.ts";
import { addressOf, signInForm } from "../html/sign-in-form.ts";
import { type Words, wordsFor } from "../html/words.ts";
import { readBody } from "../read-body.ts";
import { readPath, type Target } from "../target.ts";
import { fileCapability } from "../zones.ts";
import { byMethod, type PageTable } from "./page.ts";
import { isFromTls, isSameOrigin } from "./same-origin.ts";

const lifeSec = 8 * 3_600;

/** Where the form of an unauthenticated page goes: an app password for a cookie that reads the files of one app. */
export function createSessionPages(context: DavContext): PageTable {
  const { prefix } = context.config;

  async function signIn(exchange: Exchange): Promise<void> {
    refuseOtherOrigins(exchange);
    const tried = await readForm(exchange, prefix);
    const { next } = tried;
    const opened = await openWith(exchange, tried, context).catch((error: unknown) => {
      if (!isReliteError(error) || error.status !== 429) throw error;
      return error;
    });
    if (isReliteError(opened)) return sendWait(exchange, next, opened);
    const minted = opened === null ? null : context.sessions.mint("app-password", opened.id, lifeSec);
    if (opened === null || minted === null) {
      exchange.code = "wrong_password";
      return sendFormAgain(exchange, { next, prefix, status: 403, trouble: (words) => words.wrongPassword });
    }
    exchange.subject = opened.id;
    leadOn(exchange, opened.place, minted);
  }

  /** Who guessed too often keeps the form, and reads how long to wait. */
  function sendWait(exchange: Exchange, next: Target | null, error: ReliteError): void {
    const sec = Number(error.details.retryAfterSec ?? 1);
    exchange.code = error.reason ?? error.code;
    exchange.res.setHeader("Retry-After", sec);
    sendFormAgain(exchange, { next, prefix, status: 429, trouble: (words) => words.tooManyGuesses(sec) });
  }

  /** Ends this browser's session in one app for good: its cookie opens nothing any more, wherever it was copied to. */
  async function signOut(exchange: Exchange): Promise<void> {
    refuseOtherOrigins(exchange);
    const { next } = await readForm(exchange, prefix);
    if (next === null) throw badNext();
    const cookie = readCookie(exchange.req.headers.cookie, endCookieOf(next));
    exchange.subject = await context.sessions.end("app-password", cookie);
    leadOn(exchange, next, { value: "", endValue: "", lifeSec: 0 });
  }

  /** To an address, with the cookies of its app. */
  function leadOn({ req, res }: Exchange, to: Target, { value, endValue, lifeSec }: Minted): void {
    const common = { lifeSec, isSecure: isFromTls(req) };
    res.writeHead(303, {
      "Set-Cookie": [
        ...sessionZones.map((zone) =>
          cookieHeader({ name: sessionCookie, value, path: cookiePath(zone, to, prefix), ...common }),
        ),
        cookieHeader({ name: endCookieOf(to), value: endValue, path: endPath, ...common }),
      ],
      Location: addressOf(to, prefix),
      "Cache-Control": "no-store",
      "Content-Length": 0,
    });
    res.end();
  }

  const asPage = (answer: (exchange: Exchange) => Promise<void>) => async (exchange: Exchange) => {
    try {
      await answer(exchange);
    } catch (error) {
      if (!isReliteError(error) || error.status >= 500) throw error;
      exchange.code = error.reason ?? error.code;
      sendErrorPage(exchange, error, prefix);
    }
  };

  return {
    "/relite/session": byMethod({ POST: asPage(signIn) }),
    [endPath]: byMethod({ POST: asPage(signOut) }),
  };
}

/** A browser sends the cookie that reads to its app's files only; the one that ends comes here, one for each app. */
const endPath = "/relite/session/end";
const endCookieOf = (place: Target): string => `relite-end-${place.segments[1] ?? ""}`;

function refuseOtherOrigins({ req }: Exchange): void {
  if (isSameOrigin(req)) return;
  throw new ReliteError("forbidden", "This form belongs to a page of this server", {
    reason: "cross_origin",
  });
}

/** A cookie goes along within its app only, there in the zones that have pages. */
function cookiePath(zone: string, { segments }: Target, prefix: readonly string[]): string {
  return addressOf({ segments: [zone, segments[1] ?? ""], endsWithSlash: false }, prefix);
}

interface Tried {
  /** Null: to wherever the password leads. */
  readonly next: Target | null;
  readonly password: string;
}

/** The app password's id and the place to go when it opens the place; null when it does not. Throws `rate_limited`. */
async function openWith(
  exchange: Exchange,
  { next, password }: Tried,
  { access }: DavContext,
): Promise<{ readonly id: string; readonly place: Target } | null> {
  const secret = readAppPassword(password);
  const address = clientOf(exchange, access);
  try {
    const principal: Principal =
      secret === null
        ? access.door.refuse(address)
        : await access.door.open({ ...secret, kind: "app-password", address });
    const place = next ?? homeOf({ principal });
    const needed = place === null ? null : fileCapability(place, "read");
    const opens = needed !== null && isAllowed(principal, needed);
    return opens && place !== null && secret !== null ? { id: secret.id, place } : null;
  } catch (error) {
    if (isReliteError(error) && error.code === "unauthorized") return null;
    throw error;
  }
}

/** The address is read by the same grammar as a request's own, and lies in an app: nothing else is led to. */
async function readForm(exchange: Exchange, prefix: readonly string[]): Promise<Tried> {
  if (!isForm(exchange.req)) {
    throw new ReliteError("unsupported_media_type", "The body is a form");
  }
  const fields = new URLSearchParams((await readBody(exchange, 16_384)).toString("utf8"));
  const password = fields.get("password") ?? "";
  const address = fields.get("next") ?? "";
  if (address === "") return { next: null, password };
  const next = readPath(address, prefix);
  if (next === null || fileCapability(next, "read") === null) {
    throw badNext();
  }
  return { next, password };
}

function badNext(): ReliteError {
  return new ReliteError("bad_request", "The form leads to no file of this server", { reason: "bad_next" });
}

interface Again {
  readonly next: Target | null;
  readonly prefix: readonly string[];
  readonly status: number;
  readonly trouble: (words: Words) => string;
}

function sendFormAgain({ req, res }: Exchange, { next, prefix, status, trouble }: Again): void {
  const words = wordsFor(req.headers["accept-language"]);
  sendPageOf(req, res, {
    status,
    shell: { words, title: words.signInTitle, narrow: true },
    content: signInForm(words, { next, prefix, trouble: trouble(words) }),
  });
}
