import type { Connection } from "@relite/core/connections";
import type { BookCounts } from "@relite/core/library";
import { z } from "zod";
import { id, instant, text, toInstant, toInstantOrNull } from "./text.ts";

const username = text(256, 1).refine(
  (value) => !/[\p{Cc}:]/u.test(value),
  "must not contain a colon or controls",
);
const password = text(1_024).refine((value) => !/\p{Cc}/u.test(value), "must not contain control characters");
const token = z.string().regex(/^[\x21-\x7e]{1,8192}$/, "must be visible ASCII without spaces");

export const address = text(2_048, 1);
export const connectionName = text(200, 1).refine((value) => value.trim() !== "", "must not be blank");

export const newAuth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("basic"), username, password }),
  z.strictObject({ kind: z.literal("bearer"), token }),
  z.strictObject({ kind: z.literal("none") }),
]);

/** Leaving the secret out keeps the one that is stored (CN2). */
export const changedAuth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("basic"), username, password: password.optional() }),
  z.strictObject({ kind: z.literal("bearer"), token: token.optional() }),
  z.strictObject({ kind: z.literal("none") }),
]);

const shownAuth = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("basic"), username: z.string() }),
  z.object({ kind: z.literal("bearer") }),
  z.object({ kind: z.literal("none") }),
]);

export const connectionView = z.object({
  id,
  name: z.string(),
  url: z.string(),
  auth: shownAuth,
  /** `idle`: never synced · `ok` · `failing`: tried again later · `stopped`: waits for the user. */
  status: z.enum(["idle", "ok", "failing", "stopped"]),
  failure: z
    .object({ code: z.string(), reason: z.string().nullable(), message: z.string(), at: instant })
    .nullable(),
  lastSyncAt: instant.nullable(),
  nextSyncAt: instant.nullable(),
  books: z.object({ present: z.int(), missing: z.int() }),
  /** The sync that is queued or running now. */
  activeJobId: id.nullable(),
  createdAt: instant,
  updatedAt: instant,
});

/** Only what its owner may read: no secret, no key id. */
export function toConnectionView(
  connection: Connection,
  facts: { readonly books: BookCounts | undefined; readonly activeJobId: string | null },
): z.input<typeof connectionView> {
  const { failure } = connection;
  return {
    id: connection.id,
    name: connection.name,
    url: connection.url,
    auth: toShownAuth(connection),
    status: connection.status,
    failure:
      failure === null
        ? null
        : {
            code: failure.code,
            reason: failure.reason,
            message: failure.message,
            at: toInstant(failure.atMs),
          },
    lastSyncAt: toInstantOrNull(connection.lastSyncAtMs),
    nextSyncAt: toInstantOrNull(connection.nextSyncAtMs),
    books: facts.books ?? { present: 0, missing: 0 },
    activeJobId: facts.activeJobId,
    createdAt: toInstant(connection.createdAtMs),
    updatedAt: toInstant(connection.updatedAtMs),
  };
}

function toShownAuth(connection: Connection): z.input<typeof shownAuth> {
  if (connection.authKind === "basic") return { kind: "basic", username: connection.username ?? "" };
  return { kind: connection.authKind };
}
