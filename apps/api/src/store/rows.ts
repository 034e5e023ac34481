import { type ErrorCode, ReliteError, statusByCode } from "@relite/core/errors";
import { isStorableText } from "@relite/core/text";
import type { Database } from "@relite/prisma";

/** The typed client, whole or inside a transaction. */
export type Client = Omit<
  Database["client"],
  "$connect" | "$disconnect" | "$on" | "$transaction" | "$extends"
>;

/** Times and sizes are below 2^53. */
export function toNumber(value: bigint | number): number {
  return Number(value);
}

export function toNumberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

export function toBigIntOrNull(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

/** An id as it may be asked for: what no row can hold is nobody's id and never reaches the database. */
export function isPossibleId(id: string): boolean {
  return id.length <= 500 && isStorableText(id);
}

/** Somebody else's words (a server's, a failure's) in a form every store keeps: recording them must not fail. */
export function toStorable(text: string, maxLength = 2_000): string {
  return text.slice(0, maxLength).toWellFormed().replaceAll("\u0000", "\ufffd");
}

/** Refuses `bad_request`/`bad_number` what is no whole number from 0 to 2^53. */
export function requireWhole(field: string, value: number | null): void {
  if (value === null || (Number.isSafeInteger(value) && value >= 0)) return;
  throw new ReliteError("bad_request", `${field} is no whole number.`, {
    reason: "bad_number",
    details: { field },
  });
}

/** Prisma's code for a row that refers to one that is not there. */
export function isOrphan(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2003";
}

/** Prisma's code for a value that is there already. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002";
}

/** A stored word as the one of its kind; a row that holds another was not written by us. */
export function oneOf<Word extends string>(value: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === value);
  if (word === undefined) throw new Error(`The database holds ${JSON.stringify(value)} where it may not.`);
  return word;
}

export function toErrorCode(value: string): ErrorCode {
  const code = Object.keys(statusByCode).find((known): known is ErrorCode => known === value);
  return code ?? "internal";
}
