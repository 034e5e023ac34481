import type { IncomingMessage, ServerResponse } from "node:http";
import type { AllowedExchange } from "../exchange.ts";
import { type AnswerPart, createAnswerPart } from "./answer-part.ts";
import type { HeldListing, ListingCopy, Stretch } from "./kept-listings.ts";
import { davClasses } from "./options.ts";
import { isMinimal } from "./prefer.ts";
import type { MemberPage, Respond } from "./respond.ts";
import { openXmlAnswer, type XmlAnswer } from "./xml-answer.ts";

const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">';
const xmlTail = "</D:multistatus>";
// Most folders are small, and those with few members share a part; large ones make more room.
const minPartBytes = 16 * 1024;
// What is made anew when one of them changes.
const stretchMembers = 50;

export interface Listing {
  readonly top: MemberPage;
  /** What is below, when it is asked for. */
  readonly pages: AsyncIterable<MemberPage> | null;
}

/** What stands before the members of a listing: its beginning, and the collection itself. */
export async function writeHead(respond: Respond, top: MemberPage): Promise<string> {
  return xmlHead + (await respond.text(top));
}

/** Answers with a collection and what is below it, as it comes; false when the client has left before the end. */
export async function sendListing(
  { req, res }: AllowedExchange,
  respond: Respond,
  { top, pages }: Listing,
  copy: ListingCopy | null = null,
): Promise<boolean> {
  const head = await writeHead(respond, top);
  const answer = openListing(req, res);
  if (pages === null) {
    answer.end(head + xmlTail);
    return true;
  }
  const part = createAnswerPart(minPartBytes);
  part.text(head);
  copy?.add({ bytes: part.copyFrom(0), lastName: "" });
  for await (const page of pages) {
    if (part.length >= minPartBytes && !(await answer.send(part.take()))) return false;
    if (copy === null) await respond.write(part, page);
    else for await (const stretch of writeStretches(respond, part, page)) copy.add(stretch);
  }
  part.text(xmlTail);
  answer.end(part.take());
  return true;
}

/** Writes members to the end of a part, and copies them from there a few at a time. */
export async function* writeStretches(
  respond: Respond,
  part: AnswerPart,
  { members, ...page }: MemberPage,
): AsyncGenerator<Stretch> {
  const count = Math.max(1, Math.floor(members.length / stretchMembers));
  const each = Math.ceil(members.length / count);
  for (let at = 0; at < members.length; at += each) {
    const some = members.slice(at, at + each);
    const start = part.length;
    await respond.write(part, { ...page, members: some });
    yield { bytes: part.copyFrom(start), lastName: some.at(-1)?.node.name ?? "" };
  }
}

/** Answers with what was answered before. */
export async function sendKept({ req, res }: AllowedExchange, listing: HeldListing): Promise<void> {
  if (res.destroyed) return listing.release();
  res.once("close", listing.release);
  const parts = [listing.head, ...listing.stretches.map(({ bytes }) => bytes), Buffer.from(xmlTail)];
  await openListing(req, res).endWith(parts);
}

function openListing(req: IncomingMessage, res: ServerResponse): XmlAnswer {
  return openXmlAnswer(res, 207, {
    DAV: davClasses,
    ...(isMinimal(req) ? { "Preference-Applied": "return=minimal" } : {}),
  });
}
