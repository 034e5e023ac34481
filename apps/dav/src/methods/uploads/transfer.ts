import { ReliteError } from "@relite/core/errors";
import { tooLarge } from "../../blobs/receive.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { noUpload } from "../../uploads/upload-rows.ts";
import type { Upload, UploadTarget } from "../../uploads/uploads.ts";

/** Names an upload's address: `uploads/<app>/<name>`, and below it the part; `not_found` for what cannot be one. */
export function uploadAddress({ caller, dav }: AllowedExchange) {
  const [, app = "", name, part, ...more] = dav.target.segments;
  if (more.length > 0) throw noUpload();
  return { owner: caller.owner, app, actor: caller.actor, name: name ?? null, part: part ?? null };
}

/** The upload a request is about; `not_found` when its actor has none of that name. */
export async function findUpload(
  { storage }: DavContext,
  exchange: AllowedExchange,
  kind: Upload["kind"],
): Promise<Upload> {
  const { name, ...key } = uploadAddress(exchange);
  const upload = name === null ? null : await storage.uploads.find({ ...key, name });
  if (upload === null || upload.kind !== kind) throw noUpload();
  return upload;
}

/** Where the request says the file goes; null when it says nothing. */
export function targetOf({ dav }: AllowedExchange): UploadTarget | null {
  const [zone, app = "", ...segments] = dav.destination?.segments ?? [];
  if (zone === undefined) return null;
  if (zone === "apps" && segments.length > 0) return { app, segments };
  throw new ReliteError("forbidden", "A file goes to an app's folder", { reason: "out_of_scope" });
}

/** Refuses at the beginning what could not be kept at the end; `replacedBytes`: what it takes the place of. */
export async function refuseTooMuch(
  { config, storage }: DavContext,
  owner: number,
  bytes: number | null,
  replacedBytes = 0,
): Promise<void> {
  if (bytes === null) return;
  if (bytes > config.maxBodyBytes) throw tooLarge(config.maxBodyBytes);
  const { quotaBytes, usedBytes } = await storage.tree.usage(owner);
  if (quotaBytes === null || usedBytes + bytes - replacedBytes <= quotaBytes) return;
  throw new ReliteError("insufficient_storage", "The storage quota is used up", { reason: "quota_exceeded" });
}
