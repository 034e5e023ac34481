import { ReliteError } from "@relite/core/errors";
import type { PropertyName } from "../tree/properties.ts";
import { readXml, type XmlElement } from "./read-xml.ts";

export type PropfindRequest =
  | { readonly kind: "allprop"; readonly include: readonly PropertyName[] }
  | { readonly kind: "propname" }
  | { readonly kind: "prop"; readonly names: readonly PropertyName[] };

/** What a PROPFIND asks for (RFC 4918 §9.1); no body means everything. */
export function readPropfindRequest(body: Buffer): PropfindRequest {
  if (body.length === 0) return { kind: "allprop", include: [] };
  const root = readXml(body);
  if (!isDav(root, "propfind")) throw malformed();
  const asked = root.children.filter((child) =>
    ["allprop", "propname", "prop"].some((name) => isDav(child, name)),
  );
  const [only] = asked;
  if (only === undefined || asked.length > 1) throw malformed();
  if (only.name === "propname") return { kind: "propname" };
  if (only.name === "prop") return { kind: "prop", names: readNames(only) };
  const include = root.children.find((child) => isDav(child, "include"));
  return { kind: "allprop", include: include === undefined ? [] : readNames(include) };
}

// Clients ask the same question over and over: what few of them ask, and short ones.
const maxRemembered = 32;
const maxRememberedBytes = 2_048;

/** Reads as `readPropfindRequest` does, and remembers what it read. */
export function createPropfindReader(): (body: Buffer) => PropfindRequest {
  const requestByBody = new Map<string, PropfindRequest>();
  return (body) => {
    if (body.length > maxRememberedBytes) return readPropfindRequest(body);
    const text = body.toString("latin1");
    const known = requestByBody.get(text);
    if (known !== undefined) return known;
    const request = readPropfindRequest(body);
    if (requestByBody.size >= maxRemembered) requestByBody.clear();
    requestByBody.set(text, request);
    return request;
  };
}

// Every member's answer repeats every name with its whole namespace.
const maxNamesLength = 64 * 1024;

/** The names in a `prop` or `include` element. */
export function readNames({ children: names }: XmlElement): readonly PropertyName[] {
  const length = names.reduce((sum, { namespace, name }) => sum + namespace.length + name.length, 0);
  // Without the elements they were, which hold the whole body.
  if (length <= maxNamesLength) return names.map(({ namespace, name }) => ({ namespace, name }));
  throw new ReliteError("bad_request", "The body names too many properties", { reason: "too_long" });
}

export function isDav(name: PropertyName, local: string): boolean {
  return name.namespace === "DAV:" && name.name === local;
}

function malformed(): ReliteError {
  return new ReliteError("bad_request", "The body asks for no properties", { reason: "bad_xml" });
}
