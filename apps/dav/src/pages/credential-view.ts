import { z } from "zod";
import type { CredentialFacts } from "../access/credentials.ts";

/** A name for a person to know something by: one line. */
export const labelText = z
  .string()
  .trim()
  .max(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/)
  .refine((text) => text.isWellFormed())
  .default("");

/** What an owner sees of an app password or a share; never a secret. */
export function describeCredential(facts: CredentialFacts): Readonly<Record<string, unknown>> {
  const { id, label, resource, action, createdMs, expiresMs, lastUsedMs } = facts;
  const [app = "", ...path] = resource.slice("app:".length).split("/");
  return {
    id,
    label,
    app,
    path: path.join("/"),
    action: action === "app/write" ? "write" : "read",
    created: new Date(createdMs).toISOString(),
    expires: new Date(expiresMs).toISOString(),
    lastUsed: lastUsedMs === null ? null : new Date(lastUsedMs).toISOString(),
  };
}
