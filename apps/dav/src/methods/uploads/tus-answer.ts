import { ReliteError } from "@relite/core/errors";
import type { AllowedExchange } from "../../exchange.ts";
import { ocHeaders } from "../oc-headers.ts";
import { tusBodyType } from "./tus-headers.ts";
import type { Progress } from "./tus-receive.ts";

/** Tells how far an upload is, and of the file once it is there. */
export function sayProgress({ req, res, dav }: AllowedExchange, { offset, written }: Progress): void {
  res.setHeader("Upload-Offset", offset);
  if (written === null) return;
  res.setHeader("ETag", `"${written.node.etag}"`);
  for (const [name, value] of Object.entries(ocHeaders(dav, written.node))) res.setHeader(name, value);
  if (req.headers["x-oc-mtime"] !== undefined) res.setHeader("X-OC-Mtime", "accepted");
}

/** What is sent of a file has one type in every request (tus 1.0.0). */
export function refuseOtherType({ req }: AllowedExchange): void {
  if (req.headers["content-type"]?.trim().toLowerCase() === tusBodyType) return;
  throw new ReliteError("unsupported_media_type", `The body of a tus request is ${tusBodyType}`);
}
