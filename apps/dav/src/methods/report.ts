import { ReliteError } from "@relite/core/errors";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";
import { shownHref } from "../shown-path.ts";
import type { Change } from "../tree/changes.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { readSyncRequest } from "../xml/sync-request.ts";
import { escapeXml } from "../xml/write-xml.ts";
import { type AnswerPart, createAnswerPart } from "./answer-part.ts";
import { notFound, placeOf } from "./place-of.ts";
import { createResponder, type Member, type Respond } from "./respond.ts";
import { answerSync } from "./sync-answer.ts";
import { readSyncToken, tokenAt, versionOf } from "./sync-token.ts";
import { openXmlAnswer, type XmlAnswer } from "./xml-answer.ts";

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const partBytes = 16 * 1024;

/** REPORT with `sync-collection` (RFC 6578): what changed since a token, or everything; in parts when a limit is named. */
export function createReport(context: DavContext) {
  const { tree } = context.storage;
  const prefixHref = hrefOfPath(context.config.prefix);
  const createRespond = createResponder(context, prefixHref);

  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav, res } = exchange;
    const request = readSyncRequest(await readBody(exchange, maxXmlBytes));
    const place = placeOf(exchange);
    const top = await tree.find(place);
    if (top === null) throw notFound();
    if (top.kind !== "collection") throw notACollection();
    const position = readSyncToken(request.token, top);
    const deep = request.level === "infinite" || (request.level === null && dav.depth === "infinity");
    const question = { place, top, position, deep, limit: request.limit };
    const respond = await createRespond(exchange, request.properties);
    const topHref = `${shownHref(dav.target, context.config.prefix, dav.target.segments)}/`;
    // The first page decides whether there is an answer at all.
    let answer: XmlAnswer | null = null;
    const part = createAnswerPart(partBytes);
    part.text(xmlHead);
    for await (const page of answerSync(tree, question, versionOf(top))) {
      answer ??= openXmlAnswer(res, 207);
      await writeChanges(part, page.changes, topHref, respond);
      if (page.end !== null) {
        if (page.end.isTruncated) part.text(truncated(topHref));
        const token = tokenAt(top, page.end.position);
        part.text(`<D:sync-token>${token}</D:sync-token></D:multistatus>`);
        return answer.end(part.take());
      }
      if (!(await answer.send(part.take()))) return;
    }
  };
}

/** What is gone first, then what is there. */
async function writeChanges(
  part: AnswerPart,
  changes: readonly Change[],
  baseHref: string,
  respond: Respond,
): Promise<void> {
  const members: Member[] = [];
  for (const { node, path: names, isCollection } of changes) {
    const path = names.map(encodeURIComponent).join("/") + (isCollection ? "/" : "");
    if (node !== null) members.push({ node, baseHref, path });
    else {
      const href = escapeXml(baseHref + path);
      part.text(
        `<D:response><D:href>${href}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>`,
      );
    }
  }
  await respond.write(part, { members });
}

/** RFC 6578 §3.6: the collection itself says that there is more. */
function truncated(topHref: string): string {
  const error = "<D:error><D:number-of-matches-within-limits/></D:error>";
  return `<D:response><D:href>${escapeXml(topHref)}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status>${error}</D:response>`;
}

function hrefOfPath(segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

function notACollection(): ReliteError {
  return new ReliteError("forbidden", "Only a collection is synchronised", {
    reason: "not_a_collection",
    details: { condition: "supported-report" },
  });
}
