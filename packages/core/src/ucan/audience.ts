/** The audience of a server by its address: `did:web:<host>`, lower case, a port as `%3A`, default ports left out. */
export function audienceOfUrl(url: string): string {
  return `did:web:${encodeURIComponent(new URL(url).host.toLowerCase())}`;
}

/** Whether two audiences name the same server: case of a host and the spelling of `:` do not matter. */
export function sameAudience(left: string, right: string): boolean {
  return canonicalAudience(left) === canonicalAudience(right);
}

/** One spelling per audience; anything but a plain `did:web` host stays as it is. */
export function canonicalAudience(audience: string): string {
  const match = /^did:web:([a-z0-9._-]+)(?:(?::|%3a)(\d{1,5}))?$/i.exec(audience);
  if (match?.[1] === undefined) return audience.replaceAll(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase());
  const port = match[2] === undefined ? "" : `%3A${match[2]}`;
  return `did:web:${match[1].toLowerCase()}${port}`;
}
