import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import { clientOf } from "../access/client-of.ts";
import { identityOf } from "../access/session-identity.ts";
import { cookieHeader, readCookie } from "../access/sessions.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { isNavigation, sendPageOf } from "../html/page-shell.ts";
import { gonePage, openingPage } from "../html/share-page.ts";
import { wordsFor } from "../html/words.ts";
import { notFound } from "../methods/place-of.ts";
import { readPath } from "../target.ts";
import { byMethod, type PageTable, readJson } from "./page.ts";
import { isFromTls } from "./same-origin.ts";
import { createShow, type ShareAddress, shareScriptPath as script } from "./shared-content.ts";

const cookieName = "relite-share";
const lifeSec = 12 * 3_600;
const secretBody = z.strictObject({ secret: z.string().min(1).max(200) });

/** Share links: `/s/<id>` and what lies below, for reading, by a cookie that the link's secret was traded for. */
export function createSharedPages(context: DavContext): PageTable {
  const show = createShow(context);
  return {
    "/s/*": byMethod({
      GET: async (exchange, rest) => {
        const address = readAddress(rest);
        const cookie = readCookie(exchange.req.headers.cookie, cookieName);
        const opened = await context.sessions.open("share", cookie);
        if (opened === "gone") sendGone(exchange);
        else if (opened === null || opened.credential.id !== address.id) sendOpening(exchange, address);
        else await show(exchange, address, opened);
      },
      POST: (exchange, rest) => trade(exchange, readAddress(rest), context),
    }),
  };
}

/** The secret for a cookie. It comes in the body, from the page's script: no address, log or referrer ever holds it. */
async function trade(exchange: Exchange, { id, below }: ShareAddress, context: DavContext): Promise<void> {
  const { req, res } = exchange;
  if (below.length > 0) {
    res.setHeader("Allow", "GET, HEAD");
    throw new ReliteError("method_not_allowed", "A share is for reading");
  }
  const { secret } = await readJson(exchange, secretBody, { reason: "bad_secret", form: '{"secret": "…"}' });
  const address = clientOf(exchange, context.access);
  const principal = await context.access.door.open({
    kind: "share",
    id,
    secret: secret.toLowerCase(),
    address,
  });
  const minted = context.sessions.mint("share", id, lifeSec);
  if (minted === null) throw notFound();
  const credential = context.storage.credentials.find(id);
  if (credential !== null) exchange.identity = identityOf({ credential, principal }, context.storage.owners);
  const { value, lifeSec: leftSec } = minted;
  const cookie = { name: cookieName, value, lifeSec: leftSec, path: `/s/${id}`, isSecure: isFromTls(req) };
  res.writeHead(204, { "Set-Cookie": cookieHeader(cookie), "Cache-Control": "no-store" }).end();
}

/** `<id>` and `<id>/…` by the one grammar of paths; what is no id is as a share that is not there. */
function readAddress(rest: string): ShareAddress {
  const parsed = readPath(`/${rest}`, []);
  const [id = "", ...below] = parsed?.segments ?? [];
  if (!/^[a-z2-7]{1,20}$/.test(id)) throw notFound();
  return { id, below };
}

/** Without a cookie that fits: the page whose script has the secret, at the link's own address only. */
function sendOpening(exchange: Exchange, { below }: ShareAddress): void {
  const { req, res } = exchange;
  const words = wordsFor(req.headers["accept-language"]);
  if (below.length > 0) {
    if (isNavigation(req)) {
      sendGone(exchange);
      return;
    }
    throw new ReliteError("forbidden", "The share is not open here", { reason: "share_not_open" });
  }
  const shell = { words, title: words.opening, narrow: true, script };
  sendPageOf(req, res, { status: 200, shell, content: openingPage(words) });
}

function sendGone(exchange: Exchange): void {
  const { req, res } = exchange;
  const words = wordsFor(req.headers["accept-language"]);
  exchange.code = "share_gone";
  const shell = { words, title: words.shareGone, narrow: true };
  sendPageOf(req, res, { status: 403, shell, content: gonePage(words) });
}
