import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { hasBody } from "../../guard.ts";
import { shownHref } from "../../shown-path.ts";
import { readUploadMetadata } from "../../uploads/upload-metadata.ts";
import type { Upload, UploadTarget } from "../../uploads/uploads.ts";
import { conditionsOf, destinationOf } from "../place-of.ts";
import { refuseTooMuch, targetOf } from "./transfer.ts";
import { refuseOtherType, sayProgress } from "./tus-answer.ts";
import { bytesOf, createConcat, readConcat } from "./tus-concat.ts";
import { readUploadLength, speakTus } from "./tus-headers.ts";
import { createReceiveMore, finishPlan, type Progress } from "./tus-receive.ts";

/**
 * POST to a folder, or to an app's uploads: begins a tus upload (creation), with its first bytes when there are any, or makes a
 * file of those that are whole (concatenation).
 */
export function createTusCreate(context: DavContext) {
  const { config, clock, storage, newId, uploads } = context;
  const receiveMore = createReceiveMore(context);
  const concat = createConcat(context);

  async function begin(exchange: AllowedExchange, lengthBytes: number | null): Promise<Upload> {
    const { req, caller } = exchange;
    const metadata = String(req.headers["upload-metadata"] ?? "");
    readUploadMetadata(metadata);
    return storage.uploads.create({
      owner: caller.owner,
      app: caller.appId,
      actor: caller.actor,
      name: newId(),
      kind: "tus",
      target: readConcat(exchange) === "partial" ? null : await checkedTarget(context, exchange),
      lengthBytes,
      metadata,
      concat: req.headers["upload-concat"] === undefined ? null : String(req.headers["upload-concat"]),
      expiresMs: clock.nowMs() + config.uploadKeepMs,
    });
  }

  /** The file is there at once: all its bytes are. */
  async function beginWhole(exchange: AllowedExchange): Promise<Progress> {
    const partials = await concat.gather(exchange);
    const bytes = bytesOf(partials);
    const upload = await begin(exchange, bytes);
    try {
      const plan = finishPlan(exchange, upload, config.prefix);
      const written = await uploads.run(upload.owner, () => concat.join(upload, partials, plan));
      sayAddress(exchange, upload, config.prefix);
      return { offset: bytes, written };
    } catch (error) {
      await storage.uploads.remove(upload.id).catch(() => {});
      throw error;
    }
  }

  async function beginPart(exchange: AllowedExchange): Promise<Progress | null> {
    const { req, caller } = exchange;
    const lengthBytes = readUploadLength(req.headers);
    await refuseTooMuch(context, caller.owner, lengthBytes);
    const isFirstPart = hasBody(req);
    if (isFirstPart) refuseOtherType(exchange);
    const upload = await begin(exchange, lengthBytes);
    // Told even when not all arrives: there it goes on.
    sayAddress(exchange, upload, config.prefix);
    if (!isFirstPart && lengthBytes !== 0) return null;
    return uploads.run(caller.owner, () => receiveFirst(exchange, upload));
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
    const { req, res } = exchange;
    if (req.headers["tus-resumable"] === undefined) {
      throw new ReliteError("method_not_allowed", "POST begins a tus upload, with Tus-Resumable");
    }
    speakTus(exchange);
    const isWhole = readConcat(exchange) === "final";
    const retell = async (error: unknown): Promise<Progress> => {
      const joined = await concat.findJoined(exchange, error);
      sayAddress(exchange, joined, config.prefix);
      return { offset: joined.sizeBytes, written: null };
    };
    const progress = await (isWhole ? beginWhole(exchange).catch(retell) : beginPart(exchange));
    if (progress !== null) sayProgress(exchange, progress);
    res.writeHead(201, { "Content-Length": 0 }).end();
  };
}

function sayAddress({ res, dav }: AllowedExchange, upload: Upload, prefix: readonly string[]): void {
  const path = ["uploads", upload.app, upload.name];
  res.setHeader("Location", shownHref(dav.target, prefix, path));
  res.setHeader("Upload-Expires", new Date(upload.expiresMs).toUTCString());
}

/** Where the file goes, if it may go there now; decided again when all bytes are here. */
async function checkedTarget(
  { storage, config }: DavContext,
  exchange: AllowedExchange,
): Promise<UploadTarget> {
  const target = targetOf(exchange);
  if (target === null) throw new ReliteError("bad_request", "No file is named", { reason: "bad_metadata" });
  await storage.tree.checkWrite(destinationOf(exchange), conditionsOf(exchange, config.prefix));
  const found = await storage.tree.find(destinationOf(exchange));
  if (found?.kind === "collection") {
    throw new ReliteError("method_not_allowed", "A collection has that name");
  }
  return target;
}
