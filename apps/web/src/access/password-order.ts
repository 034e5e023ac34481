import { appCapability, type Capability, isPathSegment, parseAppId } from "@relite/core/ucan";
import type { IdentityRecord } from "../identity/identity.ts";

/** An app password as it is asked for in the form. */
export interface PasswordOrder {
  readonly label: string;
  readonly app: string;
  /** As typed: `notes/2026`, slashes at the ends do not matter; empty for the whole app. */
  readonly folder: string;
  readonly action: "read" | "write";
  readonly days: number;
}

export type PasswordProblem = "no_label" | "bad_app" | "bad_folder" | "bad_days";

/** A folder of its own: ordinary clients stay out of what this page keeps in the app `relite`. */
export const emptyOrder = { label: "", app: "files", folder: "", action: "write", days: 90 } as const;

const dayMs = 86_400_000;
const longestDays = 365;

/** How many days this browser can give: a device without the owner key ends with its own delegation, and so does what it signs. */
export function daysToGive(identity: IdentityRecord, nowMs: number): number {
  if (identity.ownerKeys !== null) return longestDays;
  const left = Math.floor((identity.delegationEndsAtMs - nowMs) / dayMs);
  return Math.max(0, Math.min(longestDays, left));
}

/** The first thing that is missing or wrong; null when it can be signed. */
export function problemOfOrder(order: PasswordOrder, maxDays: number): PasswordProblem | null {
  if (order.label.trim() === "") return "no_label";
  if (parseAppId(order.app) === null) return "bad_app";
  if (!folderSegments(order.folder).every(isPathSegment)) return "bad_folder";
  if (!(Number.isInteger(order.days) && order.days >= 1 && order.days <= maxDays)) return "bad_days";
  return null;
}

/** `/notes/2026/` → `["notes", "2026"]`, in NFC as the endpoint has it. */
export function folderSegments(folder: string): readonly string[] {
  const inner = folder.trim().replace(/^\/+|\/+$/g, "");
  return inner === "" ? [] : inner.normalize("NFC").split("/");
}

export function capabilityOf(order: PasswordOrder): Capability {
  return appCapability(order.app, folderSegments(order.folder), order.action);
}
