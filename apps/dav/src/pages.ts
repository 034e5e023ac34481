import { equalSecrets } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { isAllowed } from "@relite/core/ucan";
import { z } from "zod";
import type { DavContext } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { readToken, refusal } from "./gate.ts";
import { readBody } from "./read-body.ts";
import { version } from "./version.ts";

export type Page = (exchange: Exchange) => Promise<void>;

const claimBody = z.object({ code: z.string().min(1).max(200) });
const readProfile = { with: "profile:", can: "profile/read" };

/** What the endpoint answers outside the files, by path. */
export function createPages(context: DavContext): Readonly<Record<string, Page>> {
  const { config, storage } = context;
  return {
    "/healthz": only("GET", async ({ res }) => sendJson(res, 200, { status: "ok" })),
    "/readyz": only("GET", async ({ res }) => {
      await storage.blobs.probe();
      storage.owners.isClaimed();
      sendJson(res, 200, { status: "ready" });
    }),
    "/relite/info": only("GET", async ({ res }) =>
      sendJson(res, 200, {
        product: "relite-dav",
        version,
        prefix: `/${config.prefix.map(encodeURIComponent).join("/")}`,
        audiences: context.audiences,
        claimed: storage.owners.isClaimed(),
        requiredResource: config.requiredResource,
        requiredAction: config.requiredAction,
      }),
    ),
    "/relite/claim": only("POST", async (exchange) => {
      const did = await claim(context, exchange);
      sendJson(exchange.res, 201, { did });
    }),
  };
}

/** The first owner: proves the key by a token for this server, and the right by the one-time code. */
async function claim(context: DavContext, exchange: Exchange): Promise<string> {
  const { req } = exchange;
  const { owners } = context.storage;
  context.claimRate.take("claim");
  if (!/^application\/json\b/i.test(req.headers["content-type"] ?? "")) {
    throw new ReliteError("unsupported_media_type", "The claim is a JSON document");
  }
  const body = claimBody.safeParse(parseJson((await readBody(exchange, 4_096)).toString("utf8")));
  if (!body.success)
    throw new ReliteError("bad_request", 'The claim is {"code": "…"}', { reason: "bad_claim" });
  const verified = await context.claimVerifier.verify(readToken(req).token);
  if (!verified.ok) throw refusal(verified.code);
  if (!isAllowed(verified.principal, readProfile)) {
    throw new ReliteError("insufficient", "The token does not grant profile/read", {
      reason: "insufficient",
      details: readProfile,
    });
  }
  if (owners.isClaimed()) {
    throw new ReliteError("conflict", "This server has its owner already", { reason: "already_claimed" });
  }
  const { setupCode } = context.config;
  if (setupCode === null || !(await equalSecrets(body.data.code, setupCode))) {
    throw new ReliteError("insufficient", "The setup code is not right", { reason: "bad_setup_code" });
  }
  await owners.claim(verified.principal.rootDid, context.config.defaultQuotaBytes);
  return verified.principal.rootDid;
}

function only(method: string, page: Page): Page {
  return async (exchange) => {
    const { req, res } = exchange;
    if (req.method === method || (method === "GET" && req.method === "HEAD")) return page(exchange);
    res.setHeader("Allow", method === "GET" ? "GET, HEAD" : method);
    throw new ReliteError("method_not_allowed", `This address takes ${method}`);
  };
}

function sendJson(res: Exchange["res"], status: number, value: unknown): void {
  const text = JSON.stringify(value);
  res.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  res.end(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
