import type { Exchange } from "../exchange.ts";
import { escapeXml } from "../xml/write-xml.ts";
import { sendJson } from "./page.ts";

/** What an OCS answer carries: text, numbers, yes and no, and objects and lists of them. */
export type OcsValue =
  | string
  | number
  | boolean
  | null
  | readonly OcsValue[]
  | { readonly [name: string]: OcsValue };

/**
 * Answers as the Open Collaboration Services do: JSON with `format=json` in the query, XML otherwise. Version 1 calls
 * success 100, version 2 calls it 200.
 */
export function sendOcs({ req, res }: Exchange, version: 1 | 2, data: OcsValue): void {
  const meta = { status: "ok", statuscode: version === 1 ? 100 : 200, message: "OK" };
  const query = new URLSearchParams((req.url ?? "").split("?")[1] ?? "");
  if (query.get("format") === "json") {
    sendJson(res, 200, { ocs: { meta, data } });
    return;
  }
  const text = `<?xml version="1.0"?>\n${elementText("ocs", { meta, data })}`;
  res.writeHead(200, {
    "Content-Type": "application/xml; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  res.end(text);
}

function elementText(name: string, value: OcsValue): string {
  if (value === null) return `<${name}/>`;
  if (typeof value === "boolean") return `<${name}>${value ? "1" : ""}</${name}>`;
  if (typeof value !== "object") return `<${name}>${escapeXml(String(value))}</${name}>`;
  const inner = isList(value)
    ? value.map((item) => elementText("element", item))
    : Object.entries(value).map(([key, item]) => elementText(key, item));
  return `<${name}>${inner.join("")}</${name}>`;
}

function isList(value: OcsValue): value is readonly OcsValue[] {
  return Array.isArray(value);
}
