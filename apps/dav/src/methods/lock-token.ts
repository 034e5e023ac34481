/** A `Lock-Token` header, `<token>` (RFC 4918 §10.5); the npm `webdav` client sends it bare. null when it is neither. */
export function readLockToken(header: string | string[] | undefined): string | null {
  const [, inBrackets, bare] = /^\s*(?:<([^<>\s]+)>|(urn:uuid:[\w-]+))\s*$/.exec(String(header ?? "")) ?? [];
  return inBrackets ?? bare ?? null;
}
