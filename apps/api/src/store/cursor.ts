import { ReliteError } from "@relite/core/errors";
import { isStorableText } from "@relite/core/text";

const maxLength = 8_000;

const maxPage = 1_000;

/** A page holds at least one row and at most 1,000, whatever was asked for. */
export function pageLimit(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), maxPage);
}

/** A place in an ordered list: `order` names the order it belongs to, so that it is not used with another. */
export interface Place<Key extends string | number> {
  readonly order: string;
  readonly key: Key;
  readonly id: string;
}

export function toCursor({ order, key, id }: Place<string | number>): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString("base64url");
}

/** Refuses `bad_request`/`bad_cursor` what is not a place in this order with a key of this type. */
export function parseCursor(
  cursor: string,
  order: string,
  keyType: "string" | "number",
): Place<string | number> {
  const [given, key, id, ...rest] = cursor.length <= maxLength ? decode(cursor) : [];
  const isKey = typeof key === "string" ? isStorableText(key) : Number.isSafeInteger(key);
  const isPlace = given === order && typeof key === keyType && isKey && rest.length === 0;
  if (!isPlace || typeof id !== "string" || !isStorableText(id)) {
    throw new ReliteError("bad_request", "The cursor is not one of ours.", { reason: "bad_cursor" });
  }
  return { order, key: typeof key === "string" ? key : Number(key), id };
}

function decode(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
