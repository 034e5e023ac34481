import { ReliteError } from "@relite/core/errors";
import { addressBlock } from "@relite/core/node";
import { clientOf } from "../access/client-of.ts";
import { publicOriginOf } from "../access/public-origin.ts";
import { hashSecret, newSecret } from "../access/secret.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { createLoginPage } from "./login-page.ts";
import { loginPagePath } from "./login-visit.ts";
import { byMethod, type PageTable, sendJson } from "./page.ts";

/** Where clients of Nextcloud begin; the addresses they go on with come from the answer. */
const beginPath = "/index.php/login/v2";
const pollPath = `${beginPath}/poll`;
const lifeMs = 20 * 60_000;
/** 256 bits each. */
const secretBytes = 32;

/**
 * Login flow v2 of Nextcloud: a client begins without a login and polls (404) while a browser opens the page of
 * `createLoginPage`; then it gets, once, an app password of its own.
 */
export function createLoginFlow(context: DavContext): PageTable {
  const { config, storage, access, keeping } = context;
  const origin = (exchange: Exchange) => publicOriginOf(exchange, config.publicUrl, access.clients);

  async function begin(exchange: Exchange): Promise<void> {
    const address = clientOf(exchange, access);
    context.loginRate.take(addressBlock(address));
    const base = origin(exchange);
    const secret = () => Buffer.from(keeping.randomBytes(secretBytes)).toString("base64url");
    const [poll, page] = [secret(), secret()];
    await storage.logins.begin({
      pollHash: hashSecret(poll),
      pageHash: hashSecret(page),
      agent: agentOf(exchange),
      address,
      lifeMs,
    });
    sendJson(exchange.res, 200, {
      poll: { token: poll, endpoint: base + pollPath },
      login: `${base}${loginPagePath}/${page}`,
    });
  }

  async function poll(exchange: Exchange): Promise<void> {
    context.pollRate.take(addressBlock(clientOf(exchange, access)));
    const pollHash = hashSecret(await readToken(exchange));
    const base = origin(exchange);
    if (!storage.logins.isGranted(pollHash)) throw notYet();
    const { id, secret } = newSecret(keeping.randomBytes);
    const finished = await storage.logins.finish(pollHash, { id, secretHash: hashSecret(secret) });
    if (finished === null) throw notYet();
    exchange.subject = id;
    const loginName = finished.resource.slice("app:".length);
    sendJson(exchange.res, 200, { server: base, loginName, appPassword: `${id}${secret}` });
  }

  return {
    [beginPath]: byMethod({ POST: begin }),
    [pollPath]: byMethod({ POST: poll }),
    [`${loginPagePath}/*`]: createLoginPage(context),
  };
}

/** The token as a form or as JSON: clients do both, whatever they say of it. */
async function readToken(exchange: Exchange): Promise<string> {
  const text = (await readBody(exchange, 16_384)).toString("utf8").trim();
  const token = text.startsWith("{") ? jsonToken(text) : new URLSearchParams(text).get("token");
  if (token === null || !/^[\w-]{43}$/.test(token)) throw notYet();
  return token;
}

function jsonToken(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("token" in value)) return null;
    return typeof value.token === "string" ? value.token : null;
  } catch {
    return null;
  }
}

/** What is unknown, over, or fetched already looks the same. */
function notYet(): ReliteError {
  return new ReliteError("not_found", "Nobody has given access yet, or this sign-in is over", {
    reason: "login_pending",
  });
}

/** What the client calls itself, as one line; its password is listed under it. */
function agentOf({ req }: Exchange): string {
  const text = Buffer.from(req.headers["user-agent"] ?? "", "latin1").toString("utf8");
  const line = text
    .replace(/[\p{C}\s\ufffd]+/gu, " ")
    .trim()
    .slice(0, 100);
  return line.isWellFormed() && line !== "" ? line : "An app";
}
