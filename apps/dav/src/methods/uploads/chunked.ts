import { ReliteError } from "@relite/core/errors";
import { createBodyCheck } from "../../checksums/body-check.ts";
import { ocText, readChecks, readOcChecksum } from "../../checksums/read-checks.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { declaredLength, hasBody, refuseEncoded } from "../../guard.ts";
import { inviteBody } from "../../read-body.ts";
import { finishUpload } from "../../uploads/finish-upload.ts";
import { noUpload } from "../../uploads/upload-rows.ts";
import { readClientMtime } from "../client-mtime.ts";
import { ocHeaders } from "../oc-headers.ts";
import { conditionsOf, destinationOf } from "../place-of.ts";
import { checkComplete, readPartName } from "./part-name.ts";
import { readByteCount } from "./read-bytes.ts";
import { findUpload, refuseTooMuch, targetOf, uploadAddress } from "./transfer.ts";
import { speakTus } from "./tus-headers.ts";

/** What stands for the finished file below a transfer; MOVE takes it to where it goes. */
const finishedName = ".file";

/** MKCOL of `uploads/<app>/<name>`: begins a transfer. `Destination` (v2) or none (v1, rclone). */
export function createBegin(context: DavContext) {
  const { config, storage, clock } = context;
  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res } = exchange;
    const { name, part, ...key } = uploadAddress(exchange);
    if (name === null || part !== null) {
      throw new ReliteError("method_not_allowed", "A transfer is made right below its app's uploads");
    }
    if (hasBody(req)) throw new ReliteError("unsupported_media_type", "A transfer begins without a body");
    const lengthBytes = readByteCount(req.headers["oc-total-length"], "OC-Total-Length");
    await refuseTooMuch(context, key.owner, lengthBytes);
    const expiresMs = clock.nowMs() + config.uploadKeepMs;
    const target = targetOf(exchange);
    await storage.uploads.create({
      ...key,
      name,
      kind: "chunked",
      target,
      lengthBytes,
      metadata: null,
      concat: null,
      expiresMs,
    });
    res.writeHead(201, { "Content-Length": 0 }).end();
  };
}

/** PUT of `uploads/<app>/<name>/<part>`: durable when it is answered; again: takes the place of what was sent before. */
export function createPutPart(context: DavContext) {
  const { config, storage, clock, uploads } = context;

  async function store(exchange: AllowedExchange, id: number, name: string) {
    const { req, caller } = exchange;
    const { start, endByte } = readPartName(name);
    const { checks } = readChecks(req.headers);
    const maxBytes = endByte === null ? config.maxBodyBytes : endByte - start + 1;
    const limits = { maxBytes, declaredBytes: declaredLength(req), checks, keepsCut: false };
    inviteBody(exchange);
    const { file, size, hash } = await storage.partFiles.receive(caller.owner, req, limits);
    const rules = {
      maxBytes: config.maxBodyBytes,
      expiresMs: clock.nowMs() + config.uploadKeepMs,
      isAppended: false,
    };
    try {
      const before = await storage.uploads.addPart(id, { start, name, size, file, hash }, rules);
      if (before !== null) await storage.partFiles.remove(caller.owner, [before]);
      return { isNew: before === null, hash };
    } catch (error) {
      await storage.partFiles.remove(caller.owner, [file]);
      throw error;
    }
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res, caller } = exchange;
    const { part } = uploadAddress(exchange);
    if (part === null) throw new ReliteError("method_not_allowed", "A transfer takes parts");
    refuseEncoded(req);
    const { start } = readPartName(part);
    const upload = await findUpload(context, exchange, "chunked");
    const before = await storage.uploads.part(upload.id, start);
    await refuseTooMuch(context, caller.owner, declaredLength(req), before?.size);
    const { isNew, hash } = await uploads.run(caller.owner, () => store(exchange, upload.id, part));
    const etag = `"${Buffer.from(hash, "hex").toString("base64url")}"`;
    res.writeHead(isNew ? 201 : 204, { ETag: etag, ...(isNew ? { "Content-Length": 0 } : {}) });
    res.end();
  };
}

/** MOVE of `uploads/<app>/<name>/.file`: all parts become the file at `Destination`, or nothing changes. */
export function createFinish(context: DavContext) {
  const { config, storage, uploads } = context;

  async function finish(exchange: AllowedExchange) {
    const { req, dav, caller } = exchange;
    const upload = await findUpload(context, exchange, "chunked");
    const parts = await storage.uploads.parts(upload.id);
    const total = readByteCount(req.headers["oc-total-length"], "OC-Total-Length") ?? upload.lengthBytes;
    checkComplete(parts, total);
    const expected = readOcChecksum(req.headers["oc-checksum"]);
    const conditions = conditionsOf(exchange, config.prefix);
    const file = {
      place: destinationOf(exchange),
      conditions: dav.overwrite ? conditions : { ...conditions, ifNoneMatch: "*" as const },
      type: null,
      modifiedMs: readClientMtime(req.headers["x-oc-mtime"]),
      checks: expected.map((one) => createBodyCheck(one)),
      checksums: expected.length === 0 ? null : expected.map(ocText).join(" "),
    };
    // What can be refused without reading everything is refused now; decided again in the transaction.
    await storage.tree.checkWrite(file.place, file.conditions);
    return uploads.run(caller.owner, () => finishUpload(context, upload, parts, file));
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    const { req, res } = exchange;
    if (uploadAddress(exchange).part !== finishedName) throw noUpload();
    if (targetOf(exchange) === null || exchange.dav.destination?.endsWithSlash) {
      throw new ReliteError("conflict", "The address of a file has no slash at its end", {
        reason: "trailing_slash",
      });
    }
    const { created, node } = await finish(exchange);
    const etag = `"${node.etag}"`;
    res.writeHead(created ? 201 : 204, {
      ETag: etag,
      "OC-ETag": etag,
      ...ocHeaders(exchange.dav, node),
      ...(req.headers["x-oc-mtime"] === undefined ? {} : { "X-OC-Mtime": "accepted" }),
      ...(created ? { "Content-Length": 0 } : {}),
    });
    res.end();
  };
}

/** DELETE of a transfer gives it up; of a part, takes that back. */
export function createGiveUp({ storage: { uploads, partFiles } }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    if (exchange.req.headers["tus-resumable"] !== undefined) speakTus(exchange);
    const { name, part, ...key } = uploadAddress(exchange);
    const upload = name === null ? null : await uploads.find({ ...key, name });
    if (upload === null) throw noUpload();
    if (part === null) {
      const { files } = await uploads.remove(upload.id);
      await partFiles.remove(key.owner, files);
    } else {
      const file = await uploads.removePart(upload.id, readPartName(part).start);
      if (file === null) throw noUpload();
      await partFiles.remove(key.owner, [file]);
    }
    exchange.res.writeHead(204).end();
  };
}
