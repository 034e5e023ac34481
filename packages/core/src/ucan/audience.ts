/** The audience of a server by its address: `did:web:<host>`, lower case, a port as `%3A`, default ports left out. */
export function audienceOfUrl(url: string): string {
  return `did:web:${encodeURIComponent(new URL(url).host.toLowerCase())}`;
}

/** Whether two audiences name the same server: case of a host and the spelling of `:` do not matter. */
export function sameAudience(left: string, right: string): boolean {
  return canonicalAudience(left) === canonicalAudience(right);
}

/** The host (and port) a `did:web` stands for; null for what is none of a plain host. */
export function hostOfAudience(audience: string): string | null {
  const canonical = canonicalAudience(audience);
  const host = canonical.startsWith("did:web:") ? canonical.slice("did:web:".length) : "";
  return /^[a-z0-9._%-]+$/i.test(host) && host !== "" ? decodeURIComponent(host) : null;
}

/** A host name or a bracketed IPv6 address, and a port. */
const hostAndPort = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** One spelling per audience; anything but a `did:web` of a plain host stays as it is. */
export function canonicalAudience(audience: string): string {
  if (!audience.startsWith("did:web:")) return audience;
  const host = audience
    .slice("did:web:".length)
    .toLowerCase()
    .replaceAll("%3a", ":")
    .replaceAll("%5b", "[")
    .replaceAll("%5d", "]");
  return hostAndPort.test(host) ? `did:web:${encodeURIComponent(host)}` : audience;
}
