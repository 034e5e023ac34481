import type { IncomingMessage, ServerResponse } from "node:http";
import type { AllowedExchange } from "../exchange.ts";
import { createAnswerPart } from "./answer-part.ts";
import type { AnswerCopy, KeptAnswer } from "./kept-answers.ts";
import { davClasses } from "./options.ts";
import { isMinimal } from "./prefer.ts";
import type { Member, Respond } from "./respond.ts";
import { openXmlAnswer, type XmlAnswer } from "./xml-answer.ts";

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const xmlTail = "</D:multistatus>";
// Most folders are small, and those with few members share a part; large ones make more room.
const minPartBytes = 16 * 1024;

export interface Listing {
  readonly top: Member;
  /** What is below, when it is asked for. */
  readonly pages: AsyncIterable<readonly Member[]> | null;
}

/** Answers with a collection and what is below it, as it comes; false when the client has left before the end. */
export async function sendListing(
  { req, res }: AllowedExchange,
  respond: Respond,
  { top, pages }: Listing,
  copy: AnswerCopy | null = null,
): Promise<boolean> {
  const opening = xmlHead + (await respond.text([top]));
  const answer = openListing(req, res);
  if (pages === null) {
    answer.end(opening + xmlTail);
    return true;
  }
  const part = createAnswerPart(minPartBytes);
  part.text(opening);
  for await (const members of pages) {
    if (part.length >= minPartBytes) {
      const bytes = part.take();
      copy?.add(bytes);
      if (!(await answer.send(bytes))) return false;
    }
    await respond.write(part, members);
  }
  part.text(xmlTail);
  const bytes = part.take();
  copy?.add(bytes);
  answer.end(bytes);
  return true;
}

/** Answers with what was answered before. */
export function sendKept({ req, res }: AllowedExchange, { bytes, release }: KeptAnswer): void {
  if (res.destroyed) return void release();
  res.once("close", release);
  openListing(req, res).end(bytes);
}

function openListing(req: IncomingMessage, res: ServerResponse): XmlAnswer {
  return openXmlAnswer(res, 207, {
    DAV: davClasses,
    ...(isMinimal(req) ? { "Preference-Applied": "return=minimal" } : {}),
  });
}
