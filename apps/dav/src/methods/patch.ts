import { isReliteError, ReliteError } from "@relite/core/errors";
import type { StagedBytes } from "../blobs/blobs.ts";
import { tooLarge } from "../blobs/receive.ts";
import { readChecks } from "../checksums/read-checks.ts";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { declaredLength, refuseEncoded } from "../guard.ts";
import { inviteBody } from "../read-body.ts";
import type { FoundNode, Written } from "../tree/tree.ts";
import { readClientMtime } from "./client-mtime.ts";
import { allowedOnCollection, partialUpdateType } from "./options.ts";
import { openPatched } from "./patched-content.ts";
import { conditionsOf, notFound, placeOf } from "./place-of.ts";
import { refuseOverQuota } from "./refuse-over-quota.ts";
import { type PatchPlan, planPatch, readUpdateRange, type UpdateRange } from "./update-range.ts";

// Appends of several clients at once each build on the one before; a file that changes faster than this is not patched.
const maxAttempts = 20;

/**
 * PATCH in sabre/dav's form: the patch is received whole, the new content is built from it and the old one, and takes its
 * place in one transaction, if the old one is still there; else it is built anew. What dies in between changes nothing.
 */
export function createPatch(context: DavContext) {
  const apply = createApply(context);

  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res, caller } = exchange;
    if (!isPartialUpdate(req.headers["content-type"])) {
      res.setHeader("Accept-Patch", partialUpdateType);
      throw new ReliteError("unsupported_media_type", `PATCH takes ${partialUpdateType}`);
    }
    refuseEncoded(req);
    const range = readUpdateRange(req.headers["x-update-range"]);
    const declared = declaredLength(req);
    if (declared !== null && declared > context.config.maxBodyBytes)
      throw tooLarge(context.config.maxBodyBytes);
    const { node: base } = await findBase(context, exchange);
    if (declared !== null && declared > 0) {
      await refuseTooMuch(context, exchange, planPatch(range, base.size, declared), base.size);
    }
    const { node } = await context.uploads.run(caller.owner, () => apply(exchange, range));
    const modified = new Date(node.modifiedMs).toUTCString();
    const hasMtime = req.headers["x-oc-mtime"] !== undefined;
    res.writeHead(204, {
      ETag: `"${node.etag}"`,
      "Last-Modified": modified,
      ...(hasMtime ? { "X-OC-Mtime": "accepted" } : {}),
    });
    res.end();
  };
}

function isPartialUpdate(type: string | undefined): boolean {
  return type !== undefined && type.split(";", 1)[0]?.trim().toLowerCase() === partialUpdateType;
}

function createApply(context: DavContext) {
  const { config, storage } = context;
  const { tree, blobs } = storage;

  /** One attempt; null when the file changed under it. */
  async function replace(exchange: AllowedExchange, range: UpdateRange, patch: StagedBytes) {
    const base = await findBase(context, exchange);
    const plan = planPatch(range, base.node.size, patch.size);
    await refuseTooMuch(context, exchange, plan, base.node.size);
    const { owner } = exchange.caller;
    const pieces = openPatched({ blobs, owner, found: base }, plan, patch);
    const limits = { maxBytes: plan.size, declaredBytes: plan.size };
    const staged = await blobs.stage(owner, pieces, limits).finally(() => pieces.destroy());
    try {
      await staged.keep();
      const { hash, size, inline } = staged;
      const modifiedMs = readClientMtime(exchange.req.headers["x-oc-mtime"]);
      const conditions = { ...conditionsOf(exchange, config.prefix), ifMatch: [base.node.etag] };
      const bytes = { hash, size, inline, type: base.node.type, modifiedMs };
      return await tree.put(placeOf(exchange), bytes, conditions);
    } catch (error) {
      const isChanged = isReliteError(error) && error.code === "precondition_failed";
      if (!isChanged || (await tree.find(placeOf(exchange)))?.etag === base.node.etag) throw error;
      return null;
    } finally {
      await staged.release();
    }
  }

  return async function apply(exchange: AllowedExchange, range: UpdateRange): Promise<Written> {
    const { req } = exchange;
    const { checks } = readChecks(req.headers);
    readClientMtime(req.headers["x-oc-mtime"]);
    inviteBody(exchange);
    const limits = { maxBytes: config.maxBodyBytes, declaredBytes: declaredLength(req), checks };
    const patch = await blobs.stage(exchange.caller.owner, req, limits);
    try {
      if (patch.size === 0) {
        throw new ReliteError("bad_request", "There is nothing in the body", { reason: "empty_patch" });
      }
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const written = await replace(exchange, range, patch);
        if (written !== null) return written;
      }
    } finally {
      await patch.release();
    }
    throw new ReliteError("conflict", "The file changes too often", { reason: "changed_meanwhile" });
  };
}

async function findBase(
  { config, storage: { tree } }: DavContext,
  exchange: AllowedExchange,
): Promise<FoundNode> {
  const place = placeOf(exchange);
  const found = await tree.read(place);
  if (found?.node.kind === "collection") {
    exchange.res.setHeader("Allow", allowedOnCollection);
    throw new ReliteError("method_not_allowed", "A collection does not take PATCH");
  }
  await tree.checkWrite(place, conditionsOf(exchange, config.prefix));
  if (found === null || exchange.dav.target.endsWithSlash) throw notFound();
  return found;
}

async function refuseTooMuch(
  { config, storage: { tree } }: DavContext,
  exchange: AllowedExchange,
  plan: PatchPlan,
  fileBytes: number,
): Promise<void> {
  if (plan.size > config.maxBodyBytes) throw tooLarge(config.maxBodyBytes);
  refuseOverQuota(await tree.usage(exchange.caller.owner), plan.size - fileBytes);
}
