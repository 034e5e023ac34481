import { ReliteError } from "@relite/core/errors";
import { isDav } from "./propfind-request.ts";
import type { PropertyUpdate } from "./proppatch-request.ts";
import { readXml, type XmlElement } from "./read-xml.ts";

/** What an extended MKCOL sets besides the plain collection (RFC 5689 §3); null when the body is something else. */
export function readMkcolRequest(body: Buffer): readonly PropertyUpdate[] | null {
  const root = readXml(body);
  if (!isDav(root, "mkcol")) return null;
  const sets = root.children.filter((child) => isDav(child, "set"));
  const elements = sets
    .flatMap(({ children }) => children.filter((child) => isDav(child, "prop")))
    .flatMap((prop) => prop.children);
  if (elements.length === 0) {
    throw new ReliteError("bad_request", "The body sets no properties", { reason: "bad_xml" });
  }
  return elements.filter((element) => !isPlainType(element)).map((element) => ({ kind: "set", element }));
}

function isPlainType(element: XmlElement): boolean {
  if (!isDav(element, "resourcetype")) return false;
  const [only] = element.children;
  return element.children.length === 1 && only !== undefined && isDav(only, "collection");
}
