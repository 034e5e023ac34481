import { hash } from "node:crypto";

/** The key of a path: half a SHA-256, because the path itself may be longer than what an index takes. */
export function hashPath(path: string): string {
  return hash("sha256", path, "base64url").slice(0, 22);
}
