import { isReliteError, ReliteError } from "@relite/core/errors";
import { isAllowed, type Principal } from "@relite/core/ucan";
import { readAppPassword } from "../access/secret.ts";
import { sessionCookie } from "../access/session-identity.ts";
import { cookieHeader } from "../access/sessions.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { sendErrorPage } from "../html/error-page.ts";
import { sendPageOf } from "../html/page-shell.ts";
import { addressOf, signInForm } from "../html/sign-in-form.ts";
import { wordsFor } from "../html/words.ts";
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
    const { req, res } = exchange;
    if (!isSameOrigin(req)) {
      throw new ReliteError("forbidden", "This form belongs to a page of this server", {
        reason: "cross_origin",
      });
    }
    const { next, password } = await readForm(exchange, prefix);
    const id = await credentialFor(exchange, next, password, context);
    const minted = id === null ? null : context.sessions.mint("app-password", id, lifeSec);
    if (minted === null) return sendFormAgain(exchange, next, prefix);
    exchange.subject = id;
    const path = addressOf({ segments: next.segments.slice(0, 2), endsWithSlash: false }, prefix);
    res.writeHead(303, {
      "Set-Cookie": cookieHeader({ name: sessionCookie, ...minted, path, isSecure: isFromTls(req) }),
      Location: addressOf(next, prefix),
      "Cache-Control": "no-store",
      "Content-Length": 0,
    });
    res.end();
  }

  return {
    "/relite/session": byMethod({
      POST: async (exchange) => {
        try {
          await signIn(exchange);
        } catch (error) {
          if (!isReliteError(error) || error.status >= 500) throw error;
          exchange.code = error.reason ?? error.code;
          sendErrorPage(exchange, error, prefix);
        }
      },
    }),
  };
}

/** The id of the app password when it opens the address; null when it does not. Throws `rate_limited`. */
async function credentialFor(
  { socket }: Exchange,
  next: Target,
  password: string,
  { access }: DavContext,
): Promise<string | null> {
  const needed = fileCapability(next, "read");
  const secret = readAppPassword(password);
  const address = socket.remoteAddress ?? "";
  try {
    const principal: Principal =
      secret === null
        ? access.door.refuse(address)
        : await access.door.open({ ...secret, kind: "app-password", address });
    return needed !== null && isAllowed(principal, needed) && secret !== null ? secret.id : null;
  } catch (error) {
    if (isReliteError(error) && error.code === "unauthorized") return null;
    throw error;
  }
}

/** The address is read by the same grammar as a request's own, and lies in an app: nothing else is led to. */
async function readForm(
  exchange: Exchange,
  prefix: readonly string[],
): Promise<{ readonly next: Target; readonly password: string }> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(exchange.req.headers["content-type"] ?? "")) {
    throw new ReliteError("unsupported_media_type", "The body is a form");
  }
  const fields = new URLSearchParams((await readBody(exchange, 16_384)).toString("utf8"));
  const next = readPath(fields.get("next") ?? "", prefix);
  if (next === null || fileCapability(next, "read") === null) {
    throw new ReliteError("bad_request", "The form leads to no file of this server", { reason: "bad_next" });
  }
  return { next, password: fields.get("password") ?? "" };
}

function sendFormAgain(exchange: Exchange, next: Target, prefix: readonly string[]): void {
  const { req, res } = exchange;
  exchange.code = "wrong_password";
  const words = wordsFor(req.headers["accept-language"]);
  sendPageOf(req, res, {
    status: 403,
    shell: { words, title: words.signInTitle, narrow: true },
    content: signInForm(words, { next, prefix, failed: true }),
  });
}
