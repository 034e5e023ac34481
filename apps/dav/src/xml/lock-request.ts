import { ReliteError } from "@relite/core/errors";
import { isDav } from "./propfind-request.ts";
import { readXml, type XmlElement } from "./read-xml.ts";

export interface LockInfo {
  readonly shared: boolean;
  readonly ownerXml: string | null;
}

// Shown again with every lockdiscovery.
const maxOwnerBytes = 2 * 1024;

/** What a LOCK asks for (RFC 4918 §14.11): a write lock, exclusive or shared, and who to ask about it. */
export function readLockRequest(body: Buffer): LockInfo {
  const root = readXml(body);
  if (!isDav(root, "lockinfo")) throw malformed();
  const scope = onlyChild(root, "lockscope");
  const type = onlyChild(root, "locktype");
  const isExclusive = isDav(scope, "exclusive");
  if (!isDav(type, "write") || !(isExclusive || isDav(scope, "shared"))) throw malformed();
  const owner = root.children.find((child) => isDav(child, "owner"));
  const ownerXml = owner?.standalone() ?? null;
  if (ownerXml !== null && Buffer.byteLength(ownerXml) > maxOwnerBytes) {
    throw new ReliteError("bad_request", "The lock's owner is too long", { reason: "too_long" });
  }
  return { shared: !isExclusive, ownerXml };
}

function onlyChild(root: XmlElement, name: string): XmlElement {
  const holders = root.children.filter((child) => isDav(child, name));
  const [only] = holders.flatMap((holder) => holder.children);
  if (holders.length !== 1 || holders[0]?.children.length !== 1 || only === undefined) throw malformed();
  return only;
}

function malformed(): ReliteError {
  return new ReliteError("bad_request", "The body asks for no lock this server has", { reason: "bad_xml" });
}
