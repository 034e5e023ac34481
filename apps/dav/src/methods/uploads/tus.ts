import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { hasBody } from "../../guard.ts";
import { partialConcat, type Upload } from "../../uploads/uploads.ts";
import { readByteCount } from "./read-bytes.ts";
import { findUpload, refuseTooMuch } from "./transfer.ts";
import { refuseOtherType, sayProgress } from "./tus-answer.ts";
import { speakTus } from "./tus-headers.ts";
import { createReceiveMore } from "./tus-receive.ts";

/** HEAD: how far an upload is. At its length the file is there. */
export function createTusHead(context: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { res } = exchange;
    speakTus(exchange);
    const upload = await findUpload(context, exchange, "tus");
    const { sizeBytes, lengthBytes, metadata, concat, expiresMs } = upload;
    res.setHeader("Cache-Control", "no-store");
    res.setHeader("Upload-Offset", sizeBytes);
    if (lengthBytes === null) res.setHeader("Upload-Defer-Length", "1");
    else res.setHeader("Upload-Length", lengthBytes);
    if (metadata !== null && metadata !== "") res.setHeader("Upload-Metadata", metadata);
    if (concat !== null) res.setHeader("Upload-Concat", concat);
    res.setHeader("Upload-Expires", new Date(expiresMs).toUTCString());
    res.writeHead(200).end();
  };
}

/** PATCH: more bytes at the offset the client and the server agree on; with the last ones the file is there. */
export function createTusPatch(context: DavContext) {
  const { storage, uploads, config, clock } = context;
  const receiveMore = createReceiveMore(context);

  /** The length may come with any PATCH when it was not known at first (creation-defer-length). */
  async function withLength(exchange: AllowedExchange, upload: Upload): Promise<Upload> {
    const said = readByteCount(exchange.req.headers["upload-length"], "Upload-Length");
    if (said === null || said === upload.lengthBytes) return upload;
    if (upload.lengthBytes !== null || said < upload.sizeBytes) {
      throw new ReliteError("bad_request", "The length is another one", { reason: "bad_length" });
    }
    await refuseTooMuch(context, upload.owner, said, upload.sizeBytes);
    // With nothing left to send it is said with the file itself: an offset at the length means that the file is there.
    if (said > upload.sizeBytes || upload.concat === partialConcat)
      await storage.uploads.setLength(upload.id, said);
    return { ...upload, lengthBytes: said };
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res, caller } = exchange;
    speakTus(exchange);
    refuseOtherType(exchange);
    const offset = readByteCount(req.headers["upload-offset"], "Upload-Offset");
    if (offset === null)
      throw new ReliteError("bad_request", "Upload-Offset is missing", { reason: "bad_offset" });
    const found = await findUpload(context, exchange, "tus");
    if (offset !== found.sizeBytes || (found.isFinished && hasBody(req))) {
      const details = { offset: found.sizeBytes };
      throw new ReliteError("conflict", "The upload goes on at another offset", {
        reason: "other_offset",
        details,
      });
    }
    const upload = await withLength(exchange, found);
    const progress = found.isFinished
      ? { offset, written: null }
      : await uploads.run(caller.owner, () => receiveMore(exchange, upload));
    if (progress.written === null && !found.isFinished) {
      res.setHeader("Upload-Expires", new Date(clock.nowMs() + config.uploadKeepMs).toUTCString());
    }
    sayProgress(exchange, progress);
    res.writeHead(204).end();
  };
}
