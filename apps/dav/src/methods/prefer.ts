import type { IncomingMessage } from "node:http";

/** Whether a client wants no more than it needs: `Prefer: return=minimal` (RFC 8144), or Microsoft's `Brief: t`. */
export function isMinimal({ headers }: IncomingMessage): boolean {
  const preferences = String(headers.prefer ?? "").split(",");
  return preferences.some((one) => /^\s*return\s*=\s*"?minimal"?\s*$/i.test(one)) || headers.brief === "t";
}
