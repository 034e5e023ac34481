import type { Place } from "../tree/place.ts";
import type { Tree } from "../tree/tree.ts";
import { createAnswerPart } from "./answer-part.ts";
import type { HeldListing, Stretch } from "./kept-listings.ts";
import { memberPath, toPage } from "./list-below.ts";
import type { Respond } from "./respond.ts";
import { writeHead, writeStretches } from "./send-listing.ts";
import { versionOf } from "./sync-token.ts";

// More would keep others waiting, and is as well listed anew.
const maxMembers = 4_000;
const partBytes = 32 * 1024;

interface Question {
  readonly tree: Tree;
  readonly respond: Respond;
  readonly place: Place;
  readonly collection: number;
  readonly baseHref: string;
}

/**
 * A collection with its own members, as they are at one moment: what changed is written anew, the rest was written before.
 * Null when so much changed that all is as well written anew.
 */
export async function renewListing(
  kept: HeldListing,
  { tree, respond, place, collection, baseHref }: Question,
): Promise<HeldListing | null> {
  const { version, stretches } = kept;
  const lastNames = stretches.slice(0, -1).map(({ lastName }) => lastName);
  const known = { collection, version, lastNames, maxMembers };
  const renewal = await tree.renewal(place, known, respond.wanted);
  const [node] = renewal?.top.nodes ?? [];
  if (renewal === null || node?.kind !== "collection") return null;
  const head = await writeHead(
    respond,
    toPage(renewal.top, () => ({ node, baseHref, path: "" })),
  );
  const part = createAnswerPart(partBytes);
  const fresh = new Map<number, Stretch[]>();
  for (const [at, page] of renewal.stretches) {
    const instead: Stretch[] = [];
    fresh.set(at, instead);
    const members = toPage(page, (member) => ({ node: member, baseHref, path: memberPath(member) }));
    for await (const stretch of writeStretches(respond, part, members)) instead.push(stretch);
    part.take();
  }
  return kept.renew({ version: versionOf(node), head: Buffer.from(head), stretches: fresh });
}
