import type { ServerResponse } from "node:http";
import { shownHref } from "../shown-path.ts";
import type { Target } from "../target.ts";
import { escapeXml } from "../xml/write-xml.ts";
import { openXmlAnswer } from "./xml-answer.ts";

/** The address of the request's own resource, as it stands in an XML answer. */
export function hrefOf(prefix: readonly string[], target: Target): string {
  const { segments, endsWithSlash } = target;
  const path = shownHref(target, prefix, segments);
  return escapeXml(endsWithSlash ? `${path}/` : path);
}

/** A multistatus (RFC 4918 §13) that is known whole. */
export function sendMultistatus(res: ServerResponse, responses: string): void {
  sendXml(res, 207, `<D:multistatus xmlns:D="DAV:">${responses}</D:multistatus>`);
}

/** An XML answer whose root binds `D` to `DAV:`. */
export function sendXml(res: ServerResponse, status: number, root: string): void {
  const body = `<?xml version="1.0" encoding="utf-8"?>\n${root}`;
  openXmlAnswer(res, status).end(body);
}
