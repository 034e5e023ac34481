import { ReliteError } from "@relite/core/errors";
import { appCapability, isAllowed } from "@relite/core/ucan";
import { incompleteBody, tooLarge } from "../../blobs/receive.ts";
import { createBodyCheck } from "../../checksums/body-check.ts";
import { ocText, readOcChecksum } from "../../checksums/read-checks.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { declaredLength, refuseEncoded } from "../../guard.ts";
import { inviteBody } from "../../read-body.ts";
import type { Written } from "../../tree/tree.ts";
import { finishUpload } from "../../uploads/finish-upload.ts";
import type { ReceivedPart } from "../../uploads/part-files.ts";
import { readUploadMetadata } from "../../uploads/upload-metadata.ts";
import { noUpload } from "../../uploads/upload-rows.ts";
import { partialConcat, type Upload, type UploadPart } from "../../uploads/uploads.ts";
import { readClientMtime } from "../client-mtime.ts";
import { mediaTypeOf } from "../media-type.ts";
import { conditionsOf } from "../place-of.ts";
import { readUploadChecksum } from "./tus-headers.ts";

/** How far an upload is; `written` once the file is there. */
export interface Progress {
  readonly offset: number;
  readonly written: Written | null;
}

/**
 * Takes in more of an upload at its end. What has arrived becomes durable and is told of from time to time, so that a
 * client whose connection or server dies goes on near there. The last bytes are told of only with the file itself: an
 * offset at the end means that it is there.
 */
export function createReceiveMore(context: DavContext) {
  const { config, clock, storage } = context;
  const { uploads, partFiles } = storage;
  const rules = () => ({
    maxBytes: config.maxBodyBytes,
    expiresMs: clock.nowMs() + config.uploadKeepMs,
    isAppended: true,
  });

  /** Receives into one new file; `knownSize`: what the rows say of it already. */
  async function receive({ req, caller }: AllowedExchange, upload: Upload) {
    const { id, sizeBytes: start, lengthBytes } = upload;
    const isPartial = upload.concat === partialConcat;
    const checks = readUploadChecksum(req.headers);
    let knownSize = 0;
    const keep = async (part: UploadPart) => {
      if (knownSize === 0) await uploads.addPart(id, part, rules());
      else await uploads.extendPart(id, part, knownSize, rules());
      knownSize = part.size;
    };
    const onDurable = async (file: string, size: number) => {
      if (start + size === lengthBytes && !isPartial) return false;
      await keep({ start, name: String(start), size, file, hash: null });
      return true;
    };
    const maxBytes = Math.max(0, (lengthBytes ?? config.maxBodyBytes) - start);
    const limits = { maxBytes, declaredBytes: declaredLength(req), checks, keepsCut: checks.length === 0 };
    const telling = checks.length === 0 ? { onDurable } : {};
    const received = await partFiles.receive(caller.owner, req, { ...limits, ...telling });
    return { received, keep, knownSize };
  }

  return async (exchange: AllowedExchange, upload: Upload): Promise<Progress> => {
    const { sizeBytes: start, lengthBytes } = upload;
    const { owner } = exchange.caller;
    refuseEncoded(exchange.req);
    refuseTooMuch(exchange, upload, config.maxBodyBytes);
    const plan = upload.concat === partialConcat ? null : finishPlan(exchange, upload, config.prefix);
    inviteBody(exchange);
    const { received, keep, knownSize } = await receive(exchange, upload);
    const { file, size, hash } = received;
    const isNamed = knownSize > 0;
    try {
      const isComplete = start + size === lengthBytes;
      if (isComplete && plan !== null)
        return {
          offset: start + size,
          written: await finish(context, upload, { received, knownSize, plan }),
        };
      if (size === 0) await partFiles.remove(owner, [file]);
      else if (size > knownSize) await keep({ start, name: String(start), size, file, hash });
    } catch (error) {
      if (!isNamed) await partFiles.remove(owner, [file]);
      throw error;
    }
    if (received.cut !== null) throw incompleteBody();
    return { offset: start + size, written: null };
  };
}

/** What the finished file will be. */
export type FinishPlan = Parameters<typeof finishUpload>[3];

async function finish(
  context: DavContext,
  { owner, app, actor, name, sizeBytes: start }: Upload,
  last: { readonly received: ReceivedPart; readonly knownSize: number; readonly plan: FinishPlan },
): Promise<Written> {
  const { uploads, partFiles } = context.storage;
  const { file, size, hash } = last.received;
  const now = await uploads.find({ owner, app, actor, name });
  if (now === null) throw noUpload();
  if (now.sizeBytes !== start + last.knownSize) {
    throw new ReliteError("conflict", "The upload goes on at another offset", {
      reason: "other_offset",
      details: { offset: now.sizeBytes },
    });
  }
  const before = (await uploads.parts(now.id)).filter((part) => part.start < start);
  const tail = size === 0 ? [] : [{ start, name: String(start), size, file, hash }];
  if (size === 0) await partFiles.remove(owner, [file]);
  return finishUpload(context, now, [...before, ...tail], last.plan);
}

/** Everything the finished file takes from this request, read before its body. */
export function finishPlan(exchange: AllowedExchange, upload: Upload, prefix: readonly string[]): FinishPlan {
  const { req, caller } = exchange;
  const { target } = upload;
  if (target === null) throw noUpload();
  const { app, segments } = target;
  const needed = appCapability(app, segments, "write");
  if (!isAllowed(caller.principal, needed)) {
    throw new ReliteError("insufficient", `The token does not grant ${needed.can} on ${needed.with}`, {
      reason: "insufficient",
      details: { with: needed.with, can: needed.can },
    });
  }
  const metadata = readUploadMetadata(upload.metadata ?? "");
  const expected = readOcChecksum(req.headers["oc-checksum"]);
  return {
    place: { owner: caller.owner, root: caller.appRoot, segments },
    conditions: conditionsOf(exchange, prefix),
    type: mediaTypeOf(metadata.get("filetype") ?? metadata.get("type")),
    modifiedMs: readClientMtime(req.headers["x-oc-mtime"] ?? metadata.get("mtime")),
    checks: expected.map((one) => createBodyCheck(one)),
    checksums: expected.length === 0 ? null : expected.map(ocText).join(" "),
  };
}

function refuseTooMuch(
  { req }: AllowedExchange,
  { sizeBytes, lengthBytes }: Upload,
  maxBodyBytes: number,
): void {
  const declared = declaredLength(req) ?? 0;
  const maxBytes = lengthBytes ?? maxBodyBytes;
  if (sizeBytes + declared > maxBytes) throw tooLarge(maxBytes);
}
