import { ReliteError } from "@relite/core/errors";
import { isDav } from "./propfind-request.ts";
import { readXml, type XmlElement } from "./read-xml.ts";

export interface PropertyUpdate {
  readonly kind: "set" | "remove";
  readonly element: XmlElement;
}

/** What a PROPPATCH changes (RFC 4918 §9.2), in document order over all its `set` and `remove` blocks. */
export function readProppatchRequest(body: Buffer): readonly PropertyUpdate[] {
  const root = readXml(body);
  if (!isDav(root, "propertyupdate")) throw malformed();
  const updates = root.children.flatMap((block) => {
    const kind = isDav(block, "set") ? "set" : isDav(block, "remove") ? "remove" : null;
    if (kind === null) return [];
    return block.children
      .filter((child) => isDav(child, "prop"))
      .flatMap((prop) => prop.children.map((element) => ({ kind, element }) as const));
  });
  if (updates.length === 0) throw malformed();
  return updates;
}

function malformed(): ReliteError {
  return new ReliteError("bad_request", "The body changes no properties", { reason: "bad_xml" });
}
