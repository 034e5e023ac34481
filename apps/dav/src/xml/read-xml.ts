import { ReliteError } from "@relite/core/errors";
import { SaxesParser } from "saxes";
import { escapeAttribute } from "./write-xml.ts";

export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** The characters directly inside it, without those of its children. */
  readonly text: string;
  /** Its source as it was sent, with what it inherited (namespace bindings, `xml:lang`) written into its own tag. */
  standalone(): string;
}

export const maxXmlBytes = 1024 * 1024;
const maxElements = 5_000;
const maxDepth = 64;
const knownEncodings = new Set(["utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii"]);

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  readonly parent: OpenElement | null;
  readonly qualifiedName: string;
  readonly bindings: Readonly<Record<string, string>>;
  readonly lang: string | undefined;
  readonly start: number;
  end: number;
  text: string;
}

/**
 * Reads a request body strictly: well-formed, UTF-8 or UTF-16 as XML says, namespaces resolved; a DOCTYPE, more than
 * 64 levels or 5,000 elements are refused. Throws `bad_request` with reason `bad_xml`.
 */
export function readXml(body: Buffer): XmlElement {
  const source = decode(body);
  // XML 1.1 allows characters that no answer in XML 1.0 could carry.
  const parser = new SaxesParser({
    xmlns: true,
    position: false,
    defaultXMLVersion: "1.0",
    forceXMLVersion: true,
  });
  const open: OpenElement[] = [];
  let root: OpenElement | null = null;
  let count = 0;
  let start = 0;
  parser.on("error", () => refuse("it is not well-formed"));
  parser.on("xmldecl", ({ encoding = "utf-8" }) => {
    if (!knownEncodings.has(encoding.toLowerCase())) refuse("its encoding is neither UTF-8 nor UTF-16");
  });
  parser.on("doctype", () => refuse("a DOCTYPE is not allowed"));
  parser.on("opentagstart", () => {
    start = source.lastIndexOf("<", parser.position - 1);
  });
  parser.on("opentag", (tag) => {
    count += 1;
    if (count > maxElements) refuse("it has too many elements");
    if (open.length >= maxDepth) refuse("it is nested too deep");
    const element: OpenElement = {
      namespace: tag.uri,
      name: tag.local,
      children: [],
      parent: open.at(-1) ?? null,
      qualifiedName: tag.name,
      bindings: tag.ns,
      lang: tag.attributes["xml:lang"]?.value,
      start,
      end: start,
      text: "",
      standalone: () => standalone(source, element),
    };
    element.parent?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (text: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element !== undefined) element.end = parser.position;
  });
  parser.write(source).close();
  if (root === null) return refuse("it is empty");
  return root;
}

function standalone(source: string, element: OpenElement): string {
  const raw = source.slice(element.start, element.end);
  const known = new Set(Object.keys(element.bindings));
  let inherited = "";
  let { lang } = element;
  for (let above = element.parent; above !== null; above = above.parent) {
    for (const [prefix, uri] of Object.entries(above.bindings)) {
      if (known.has(prefix)) continue;
      known.add(prefix);
      // A prefix may also stand in text or in an attribute's value, where only the reader knows what it is.
      if (prefix === "") inherited += uri === "" ? "" : ` xmlns="${escapeAttribute(uri)}"`;
      else if (raw.includes(`${prefix}:`)) inherited += ` xmlns:${prefix}="${escapeAttribute(uri)}"`;
    }
    if (lang === undefined && above.lang !== undefined) {
      lang = above.lang;
      inherited += ` xml:lang="${escapeAttribute(lang)}"`;
    }
  }
  const at = 1 + element.qualifiedName.length;
  return raw.slice(0, at) + inherited + raw.slice(at);
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
