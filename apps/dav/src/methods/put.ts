import { ReliteError } from "@relite/core/errors";
import { maxInlineBytes, tooLarge } from "../blobs/receive.ts";
import { readChecks } from "../checksums/read-checks.ts";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { declaredLength, refuseEncoded } from "../guard.ts";
import { createHttpDate } from "../http-date.ts";
import { inviteBody } from "../read-body.ts";
import type { TreeNode, Written } from "../tree/tree.ts";
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
  const httpDate = createHttpDate();

  /** By headers alone. */
  function refuseUnfit({ req }: AllowedExchange): void {
    if (req.headers["content-range"] !== undefined) {
      throw new ReliteError("bad_request", "PUT replaces the whole file", { reason: "content_range" });
    }
    refuseEncoded(req);
    const declared = declaredLength(req);
    if (declared !== null && declared > config.maxBodyBytes) throw tooLarge(config.maxBodyBytes);
  }

  /** By what is at the address now; answers it. */
  function refuseAddress(exchange: AllowedExchange): TreeNode | null {
    const current = tree.find(placeOf(exchange));
    if (current?.kind === "collection") {
      exchange.res.setHeader("Allow", allowedOnCollection);
      throw new ReliteError("method_not_allowed", "A collection does not take PUT");
    }
    if (!exchange.dav.target.endsWithSlash) return current;
    throw new ReliteError("conflict", "The address of a file has no slash at its end", {
      reason: "trailing_slash",
    });
  }

  /** What the transaction decides is decided before a large body comes, too. */
  async function refuseEarly(exchange: AllowedExchange): Promise<void> {
    const current = refuseAddress(exchange);
    const place = placeOf(exchange);
    await tree.checkWrite(place, conditionsOf(exchange, config.prefix));
    const declared = declaredLength(exchange.req) ?? 0;
    refuseOverQuota(await tree.usage(place.owner), declared - (current?.size ?? 0));
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
      if (staged.inline === null) await staged.keep();
      const type = mediaTypeOf(req.headers["content-type"]);
      const { hash, size, inline } = staged;
      const bytes = { hash, size, inline, type, modifiedMs, checksums };
      return await tree.put(place, bytes, conditionsOf(exchange, config.prefix));
    } finally {
      if (staged.inline === null) await staged.release();
    }
  }

  /** A small body has come along: only when it is refused is it asked whether the address was at fault. */
  function storeSmall(exchange: AllowedExchange): Promise<Written> {
    if (exchange.dav.target.endsWithSlash) refuseAddress(exchange);
    return store(exchange).catch((error: unknown) => {
      refuseAddress(exchange);
      throw error;
    });
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res, caller } = exchange;
    refuseUnfit(exchange);
    const declared = declaredLength(req);
    const isHere = declared !== null && declared <= maxInlineBytes && req.headers.expect === undefined;
    if (!isHere) await refuseEarly(exchange);
    const { created, node } = await uploads.run(caller.owner, () =>
      isHere ? storeSmall(exchange) : store(exchange),
    );
    res.writeHead(created ? 201 : 204, {
      ETag: `"${node.etag}"`,
      "Last-Modified": httpDate(node.modifiedMs),
      ...(req.headers["x-oc-mtime"] === undefined ? {} : { "X-OC-Mtime": "accepted" }),
      ...ocHeaders(exchange.dav, node),
      ...(created ? { "Content-Length": 0 } : {}),
    });
    res.end();
  };
}
