import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { hasBody } from "../../guard.ts";
import { shownHref } from "../../shown-path.ts";
import { readUploadMetadata } from "../../uploads/upload-metadata.ts";
import type { Upload } from "../../uploads/uploads.ts";
import { ocHeaders } from "../oc-headers.ts";
import { conditionsOf, destinationOf } from "../place-of.ts";
import { readByteCount } from "./read-bytes.ts";
import { findUpload, refuseTooMuch, targetOf } from "./transfer.ts";
import { readUploadLength, speakTus, tusBodyType } from "./tus-headers.ts";
import { createReceiveMore, type Progress } from "./tus-receive.ts";

/** POST to a folder, or to an app's uploads: begins a tus upload (creation), with its first bytes when there are any. */
export function createTusCreate(context: DavContext) {
  const { config, clock, storage, newId, uploads } = context;
  const receiveMore = createReceiveMore(context);

  async function begin(exchange: AllowedExchange): Promise<Upload> {
    const { req, caller } = exchange;
    const lengthBytes = readUploadLength(req.headers);
    await refuseTooMuch(context, caller.owner, lengthBytes);
    const target = targetOf(exchange);
    if (target === null) throw new ReliteError("bad_request", "No file is named", { reason: "bad_metadata" });
    // What can be refused before all the bytes are sent; decided again when they are here.
    await storage.tree.checkWrite(destinationOf(exchange), conditionsOf(exchange, config.prefix));
    const found = await storage.tree.find(destinationOf(exchange));
    if (found?.kind === "collection") {
      throw new ReliteError("method_not_allowed", "A collection has that name");
    }
    const metadata = String(req.headers["upload-metadata"] ?? "");
    readUploadMetadata(metadata);
    return storage.uploads.create({
      owner: caller.owner,
      app: target.app,
      actor: caller.actor,
      name: newId(),
      kind: "tus",
      target,
      lengthBytes,
      metadata,
      expiresMs: clock.nowMs() + config.uploadKeepMs,
    });
  }

  async function receiveFirst(exchange: AllowedExchange, upload: Upload): Promise<Progress> {
    try {
      return await receiveMore(exchange, upload);
    } catch (error) {
      // Nothing is left to be sent of an empty file: it cannot be tried again.
      if (upload.lengthBytes === 0) await storage.uploads.remove(upload.id).catch(() => {});
      throw error;
    }
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res, caller } = exchange;
    if (req.headers["tus-resumable"] === undefined) {
      throw new ReliteError("method_not_allowed", "POST begins a tus upload, with Tus-Resumable");
    }
    speakTus(exchange);
    const isFirstPart = hasBody(req);
    if (isFirstPart) refuseOtherType(exchange);
    const upload = await begin(exchange);
    const path = ["uploads", upload.app, upload.name];
    res.setHeader("Location", shownHref(exchange.dav.target, config.prefix, path));
    res.setHeader("Upload-Expires", new Date(upload.expiresMs).toUTCString());
    const isNow = isFirstPart || upload.lengthBytes === 0;
    const progress = isNow ? await uploads.run(caller.owner, () => receiveFirst(exchange, upload)) : null;
    if (progress !== null) sayProgress(exchange, progress);
    res.writeHead(201, { "Content-Length": 0 }).end();
  };
}

/** HEAD: how far an upload is. At its length the file is there. */
export function createTusHead(context: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const { res } = exchange;
    speakTus(exchange);
    const upload = await findUpload(context, exchange, "tus");
    const { sizeBytes, lengthBytes, metadata, expiresMs } = upload;
    res.setHeader("Cache-Control", "no-store");
    res.setHeader("Upload-Offset", sizeBytes);
    if (lengthBytes === null) res.setHeader("Upload-Defer-Length", "1");
    else res.setHeader("Upload-Length", lengthBytes);
    if (metadata !== null && metadata !== "") res.setHeader("Upload-Metadata", metadata);
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
    if (said > upload.sizeBytes) await storage.uploads.setLength(upload.id, said);
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

function sayProgress({ req, res, dav }: AllowedExchange, { offset, written }: Progress): void {
  res.setHeader("Upload-Offset", offset);
  if (written === null) return;
  res.setHeader("ETag", `"${written.node.etag}"`);
  for (const [name, value] of Object.entries(ocHeaders(dav, written.node))) res.setHeader(name, value);
  if (req.headers["x-oc-mtime"] !== undefined) res.setHeader("X-OC-Mtime", "accepted");
}

function refuseOtherType({ req }: AllowedExchange): void {
  if (req.headers["content-type"]?.trim().toLowerCase() === tusBodyType) return;
  throw new ReliteError("unsupported_media_type", `The body of a tus request is ${tusBodyType}`);
}
