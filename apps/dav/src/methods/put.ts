import { ReliteError } from "@relite/core/errors";
import { maxInlineBytes, tooLarge } from "../blobs/receive.ts";
import { readChecks } from "../checksums/read-checks.ts";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { declaredLength, refuseEncoded } from "../guard.ts";
import { inviteBody } from "../read-body.ts";
import type { Written } from "../tree/tree.ts";
import { readClientMtime } from "./client-mtime.ts";
import { mediaTypeOf } from "./media-type.ts";
import { ocHeaders } from "./oc-headers.ts";
import { allowedOnCollection } from "./options.ts";
import { conditionsOf, placeOf } from "./place-of.ts";
import { refuseOverQuota } from "./refuse-over-quota.ts";

/**
 * PUT: receive → length checked → flushed → renamed → folder flushed → conditions and node in one transaction → answer.
 * What can be refused without the body is refused before it is read.
 */
export function createPut({ config, storage, uploads }: DavContext) {
  const { tree, blobs } = storage;

  async function refuseEarly(exchange: AllowedExchange): Promise<void> {
    const { req, dav } = exchange;
    if (req.headers["content-range"] !== undefined) {
      throw new ReliteError("bad_request", "PUT replaces the whole file", { reason: "content_range" });
    }
    refuseEncoded(req);
    const declared = declaredLength(req);
    if (declared !== null && declared > config.maxBodyBytes) throw tooLarge(config.maxBodyBytes);
    const place = placeOf(exchange);
    const current = await tree.find(place);
    if (current?.kind === "collection") {
      exchange.res.setHeader("Allow", allowedOnCollection);
      throw new ReliteError("method_not_allowed", "A collection does not take PUT");
    }
    if (dav.target.endsWithSlash) {
      throw new ReliteError("conflict", "The address of a file has no slash at its end", {
        reason: "trailing_slash",
      });
    }
    // Decided in the transaction: to decide it here, too, only spares a body, and a small one has come along.
    const isHere = declared !== null && declared <= maxInlineBytes && req.headers.expect === undefined;
    if (isHere) return;
    await tree.checkWrite(place, conditionsOf(exchange, config.prefix));
    refuseOverQuota(await tree.usage(place.owner), (declared ?? 0) - (current?.size ?? 0));
  }

  async function store(exchange: AllowedExchange): Promise<Written> {
    const { req } = exchange;
    const place = placeOf(exchange);
    const { checks, kept: checksums } = readChecks(req.headers);
    const modifiedMs = readClientMtime(req.headers["x-oc-mtime"]);
    inviteBody(exchange);
    const limits = { maxBytes: config.maxBodyBytes, declaredBytes: declaredLength(req), checks };
    const staged = await blobs.stage(place.owner, req, limits);
    try {
      await staged.keep();
      const type = mediaTypeOf(req.headers["content-type"]);
      const { hash, size, inline } = staged;
      const bytes = { hash, size, inline, type, modifiedMs, checksums };
      return await tree.put(place, bytes, conditionsOf(exchange, config.prefix));
    } finally {
      await staged.release();
    }
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    await refuseEarly(exchange);
    const hasMtime = readClientMtime(exchange.req.headers["x-oc-mtime"]) !== null;
    const { created, node } = await uploads.run(exchange.caller.owner, () => store(exchange));
    exchange.res.writeHead(created ? 201 : 204, {
      ETag: `"${node.etag}"`,
      "Last-Modified": new Date(node.modifiedMs).toUTCString(),
      ...(hasMtime ? { "X-OC-Mtime": "accepted" } : {}),
      ...ocHeaders(exchange.dav, node),
      ...(created ? { "Content-Length": 0 } : {}),
    });
    exchange.res.end();
  };
}
