import { z } from "zod";

/** Text that every database and every client can keep: no NUL, no half of a surrogate pair. */
export function text(maxLength: number, minLength = 0) {
  return z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine((value) => !value.includes("\0"), "must not contain NUL")
    .refine((value) => value.isWellFormed(), "must be well-formed Unicode");
}

/** An identifier made by this server. */
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be an identifier");

/** An instant in ISO 8601, UTC. */
export const instant = z.iso.datetime();

export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_.~-]{1,1024}$/, "must be a cursor from an earlier answer");

export function toInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function toInstantOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toInstant(epochMs);
}
