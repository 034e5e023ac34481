import { ReliteError } from "@relite/core/errors";
import type { Usage } from "../tree/tree.ts";

/** Spares a body that could not be kept: what gives way to it is taken into account, and decided in the transaction. */
export function refuseOverQuota({ quotaBytes, usedBytes, keptBytes }: Usage, moreBytes: number): void {
  if (quotaBytes === null || keptBytes === null || moreBytes <= 0) return;
  if (usedBytes - keptBytes + moreBytes <= quotaBytes) return;
  throw new ReliteError("insufficient_storage", "The storage quota is used up", { reason: "quota_exceeded" });
}
