import { hash, timingSafeEqual } from "node:crypto";
import { ReliteError } from "@relite/core/errors";
import { hashSecret } from "../access/secret.ts";
import { identityOf } from "../access/session-identity.ts";
import { type OpenedSession, readCookie } from "../access/sessions.ts";
import { wholeAppOf } from "../access/whole-app.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { loginEnded, loginGrant, loginSignIn } from "../html/login-page.ts";
import { loginWordsFor } from "../html/login-words.ts";
import { isForm } from "../html/page-shell.ts";
import { wordsFor } from "../html/words.ts";
import { readBody } from "../read-body.ts";
import { loginCookie, signInTo } from "./login-sign-in.ts";
import { loginPagePath, sendLoginPage, type Visit } from "./login-visit.ts";
import { byMethod, type Page } from "./page.ts";
import { isSameOrigin } from "./same-origin.ts";

/**
 * The page on which somebody shows an app password, reads what a client will get, and gives it or not. What it gives is
 * part of what that password opens: a browser without a key has nothing else to give.
 */
export function createLoginPage(context: DavContext): Page {
  const { storage } = context;

  function visit(exchange: Exchange, secret: string): Visit | null {
    const words = wordsFor(exchange.req.headers["accept-language"]);
    const pageHash = hashSecret(secret);
    const login = /^[\w-]{43}$/.test(secret) ? storage.logins.waiting(pageHash) : null;
    return login === null ? null : { exchange, words, pageHash, href: `${loginPagePath}/${secret}`, login };
  }

  async function show(exchange: Exchange, secret: string): Promise<void> {
    const found = visit(exchange, secret);
    if (found === null) return end(exchange, "over");
    const wantsOther = /\?other(?:&|$)/.test(exchange.req.url ?? "");
    const opened = wantsOther ? null : await openSession(exchange, context);
    const whole = opened === null ? null : wholeAppOf(opened.principal);
    const { words, pageHash } = found;
    if (opened === null || whole === null) return sendLoginPage(exchange, loginSignIn(words, found));
    const untilMs = opened.credential.expiresMs;
    const state = stateOf(exchange, pageHash);
    sendLoginPage(exchange, loginGrant(words, { ...found, ...whole, untilMs, state }));
  }

  async function act(exchange: Exchange, secret: string): Promise<void> {
    const fields = await readForm(exchange);
    const found = visit(exchange, secret);
    if (found === null) return end(exchange, "over");
    const step = fields.get("step");
    if (step === "sign-in") return signInTo(found, fields.get("password") ?? "", context);
    const opened = await openSession(exchange, context);
    if (opened === null || !isStateOf(exchange, found.pageHash, fields.get("state") ?? "")) throw badState();
    exchange.identity = identityOf(opened, storage.owners);
    if (step === "grant") return give(found, opened, fields.get("read-only") === "yes");
    if (step !== "refuse")
      throw new ReliteError("bad_request", "There is no such step", { reason: "bad_step" });
    end(exchange, (await storage.logins.refuse(found.pageHash)) ? "refused" : "over");
  }

  async function give({ exchange, pageHash }: Visit, opened: OpenedSession, isReadOnly: boolean) {
    const { credential, principal } = opened;
    const whole = wholeAppOf(principal);
    if (whole === null) throw badState();
    const isGranted = await storage.logins.grant(pageHash, {
      owner: credential.owner,
      resource: `app:${whole.app}`,
      action: whole.mayWrite && !isReadOnly ? "app/write" : "app/read",
      parent: credential.id,
      token: credential.token,
      tokenId: principal.tokenId,
      maker: principal.invokerDid,
      untilMs: credential.expiresMs,
    });
    end(exchange, isGranted ? "granted" : "over");
  }

  return byMethod({ GET: show, POST: act });
}

async function openSession({ req }: Exchange, { sessions }: DavContext): Promise<OpenedSession | null> {
  const opened = await sessions.open("app-password", readCookie(req.headers.cookie, loginCookie));
  return opened === "gone" ? null : opened;
}

function end(exchange: Exchange, how: "granted" | "refused" | "over"): void {
  const words = wordsFor(exchange.req.headers["accept-language"]);
  if (how === "over") exchange.code = "login_over";
  sendLoginPage(exchange, loginEnded(words, how), how === "over" ? 404 : 200, loginWordsFor(words)[how]);
}

async function readForm(exchange: Exchange): Promise<URLSearchParams> {
  if (!isSameOrigin(exchange.req)) {
    throw new ReliteError("forbidden", "This form belongs to a page of this server", {
      reason: "cross_origin",
    });
  }
  if (!isForm(exchange.req)) throw new ReliteError("unsupported_media_type", "The body is a form");
  return new URLSearchParams((await readBody(exchange, 16_384)).toString("utf8"));
}

/** Only a page that this browser was shown for this sign-in knows it: it follows from the cookie, which no script reads. */
function stateOf({ req }: Exchange, pageHash: string): string {
  return hash(
    "sha256",
    `login-state.${readCookie(req.headers.cookie, loginCookie)}.${pageHash}`,
    "base64url",
  );
}

function isStateOf(exchange: Exchange, pageHash: string, state: string): boolean {
  const [given, expected] = [Buffer.from(state), Buffer.from(stateOf(exchange, pageHash))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function badState(): ReliteError {
  return new ReliteError("forbidden", "This form belongs to a page that was signed in to", {
    reason: "bad_state",
  });
}
