import { ReliteError } from "@relite/core/errors";
import { SaxesParser } from "saxes";

export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly children: readonly XmlElement[];
}

export const maxXmlBytes = 1024 * 1024;
const maxElements = 5_000;
const maxDepth = 64;

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
}

/**
 * Reads a request body strictly: well-formed, UTF-8 or UTF-16 as XML says, namespaces resolved; a DOCTYPE, more than
 * 64 levels or 5,000 elements are refused. Throws `bad_request` with reason `bad_xml`.
 */
export function readXml(body: Buffer): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: OpenElement[] = [];
  let root: OpenElement | null = null;
  let count = 0;
  parser.on("error", () => refuse("it is not well-formed"));
  parser.on("doctype", () => refuse("a DOCTYPE is not allowed"));
  parser.on("opentag", (tag) => {
    count += 1;
    if (count > maxElements) refuse("it has too many elements");
    if (open.length >= maxDepth) refuse("it is nested too deep");
    const element: OpenElement = { namespace: tag.uri, name: tag.local, children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(decode(body)).close();
  if (root === null) return refuse("it is empty");
  return root;
}

function decode(body: Buffer): string {
  const [first, second] = body;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  try {
    return new TextDecoder(isUtf16 ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8", {
      fatal: true,
    }).decode(body);
  } catch {
    return refuse("its characters cannot be decoded");
  }
}

function refuse(why: string): never {
  throw new ReliteError("bad_request", `The XML body is refused: ${why}`, { reason: "bad_xml" });
}
