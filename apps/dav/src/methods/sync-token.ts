import { ReliteError } from "@relite/core/errors";
import type { TreeNode } from "../tree/tree.ts";

const scheme = "urn:relite:sync:";

/** Where a client stands: it knows the collection as of `version`, of a first listing only up to `cursor`. */
export interface SyncPosition {
  readonly version: number;
  readonly cursor: readonly string[] | null;
}

/** The token of a collection as it is now. Its ETag is its identity and its last change, at or below it. */
export function syncTokenOf(collection: TreeNode): string {
  return scheme + collection.etag;
}

export function tokenAt(collection: TreeNode, { version, cursor }: SyncPosition): string {
  const place = cursor === null ? "" : `:${Buffer.from(JSON.stringify(cursor)).toString("base64url")}`;
  return `${scheme}c${collection.id}-${version}${place}`;
}

/** Null for the empty token. Throws `forbidden` with `valid-sync-token` for one that is not of this collection. */
export function readSyncToken(text: string, collection: TreeNode): SyncPosition | null {
  if (text === "") return null;
  const now = versionOf(collection);
  const [, id, version, place] =
    /^urn:relite:sync:c(\d+)-(\d{1,15})(?::([\w-]{1,100000}))?$/.exec(text) ?? [];
  if (Number(id) !== collection.id || Number(version) > now) throw invalidToken();
  return { version: Number(version), cursor: place === undefined ? null : readCursor(place) };
}

export function versionOf(collection: TreeNode): number {
  return Number(/-(\d+)$/.exec(collection.etag)?.[1] ?? 0);
}

export function invalidToken(): ReliteError {
  return new ReliteError("forbidden", "The sync token does not hold: list everything anew", {
    reason: "bad_sync_token",
    details: { condition: "valid-sync-token" },
  });
}

function readCursor(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const names = Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
    if (Array.isArray(value) && names.length === value.length && names.length <= 128) return names;
  } catch {
    throw invalidToken();
  }
  throw invalidToken();
}
