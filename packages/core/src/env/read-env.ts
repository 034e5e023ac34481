import type { z } from "zod";
import { ReliteError } from "../errors/index.ts";

/**
 * Reads all settings of an app at once; every bad one is named in one `config_invalid` error.
 * Values never appear in the message: a setting may be a secret.
 */
export function readEnv<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "settings"}: ${issue.message}`,
  );
  throw new ReliteError("config_invalid", `Bad settings: ${problems.join("; ")}`, { details: { problems } });
}
