import { appCapability, isAllowed } from "@relite/core/ucan";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { createHttpDate, createIsoTime } from "../http-date.ts";
import { shownHref } from "../shown-path.ts";
import type { Stored, Wanted } from "../tree/listings.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import type { PropfindRequest } from "../xml/propfind-request.ts";
import { escapeXml } from "../xml/write-xml.ts";
import type { AnswerPart } from "./answer-part.ts";
import {
  asksFor,
  asksForAccess,
  asksForChecksums,
  asksForDead,
  asksForTimeline,
  createPropstat,
  type NodeFacts,
} from "./live-properties.ts";
import { createLockTexts } from "./lock-element.ts";
import { isMinimal } from "./prefer.ts";
import { createRowWriter } from "./row-template.ts";

export interface Member {
  readonly node: TreeNode;
  /** Percent-encoded, as is what follows; one and the same for many members. */
  readonly baseHref: string;
  /** From there to the member. */
  readonly path: string;
}

/** Some members, and what is stored of them where that was read with them. */
export interface MemberPage {
  readonly members: readonly Member[];
  readonly stored?: Stored;
}

/** Writes the `response` elements of some members, what else is known about them fetched together. */
export interface Respond {
  /** What else its words depend on than the nodes as they are; null where that changes by itself. */
  readonly standing: string | null;
  /** What has to be known of nodes besides themselves. */
  readonly wanted: Wanted;
  text(page: MemberPage): Promise<string>;
  /** The same to the end of a part, for many. */
  write(part: AnswerPart, page: MemberPage): Promise<void>;
}

const none: ReadonlyMap<number, never> = new Map<number, never>();

/** What is known about nodes by their ids: properties clients stored, and checksums. */
export type NodeSources = Pick<Tree, "properties" | "checksums">;

/** Prepares, once for a whole answer, what is asked about every node in it. */
export function createResponder(
  context: DavContext,
  prefixHref: string,
  sources: NodeSources = context.storage.tree,
) {
  return async (exchange: AllowedExchange, request: PropfindRequest): Promise<Respond> => {
    const { common, hasOwn, ownFacts } = await lookAround(context, exchange, request, prefixHref);
    // Not made for what was written before.
    let made: ReturnType<typeof createWriters> | null = null;
    const writers = () => {
      made ??= createWriters(request, isMinimal(exchange.req));
      return made;
    };

    const wanted = { properties: asksForDead(request), checksums: asksForChecksums(request) };

    async function storedOf(members: readonly Member[]): Promise<Stored> {
      const ids = members.map(({ node }) => node.id);
      return {
        properties: wanted.properties ? await sources.properties(ids) : none,
        checksums: wanted.checksums ? await sources.checksums(ids) : none,
      };
    }

    async function factsOf({ members, stored }: MemberPage): Promise<(member: Member) => NodeFacts> {
      const { properties: dead, checksums } = stored ?? (await storedOf(members));
      if (!hasOwn && dead.size === 0 && checksums.size === 0) return () => common;
      return (member) => ({
        ...common,
        ...(hasOwn ? ownFacts(member.baseHref + member.path) : {}),
        dead: dead.get(member.node.id) ?? [],
        checksums: checksums.get(member.node.id) ?? null,
      });
    }

    const textOf = (member: Member, facts: NodeFacts) =>
      `<D:response><D:href>${escapeXml(member.baseHref + member.path)}</D:href>${writers().propstat(member.node, facts)}</D:response>`;

    return {
      standing:
        common.usage === null && !hasOwn && !wanted.checksums
          ? JSON.stringify([common.access, common.timeline])
          : null,
      wanted,
      async text(page) {
        const facts = await factsOf(page);
        return page.members.map((member) => textOf(member, facts(member))).join("");
      },
      async write(part, page) {
        const facts = await factsOf(page);
        const { writeRow } = writers();
        let opening = Buffer.alloc(0);
        let openedFor: string | null = null;
        for (const member of page.members) {
          const about = facts(member);
          if (member.baseHref !== openedFor) {
            openedFor = member.baseHref;
            opening = Buffer.from(`<D:response><D:href>${escapeXml(openedFor)}`);
          }
          const start = part.length;
          part.bytes(opening);
          part.text(member.path);
          part.bytes(hrefEnd);
          if (about.dead.length === 0 && about.locks === "" && writeRow(part, member.node, about)) {
            part.bytes(responseEnd);
          } else {
            part.cutTo(start);
            part.text(textOf(member, about));
          }
        }
      },
    };
  };
}

function createWriters(request: PropfindRequest, isBrief: boolean) {
  return { propstat: createPropstat(request, isBrief), writeRow: createRowWriter(request, isBrief) };
}

const hrefEnd = Buffer.from("</D:href>");
const responseEnd = Buffer.from("</D:response>");

/** What is true of all nodes of an answer, and what an address alone says. */
async function lookAround(
  { storage: { tree }, config, clock }: DavContext,
  { caller, dav }: AllowedExchange,
  request: PropfindRequest,
  prefixHref: string,
) {
  const isQuotaAsked = asksFor(request, ["quota-used-bytes", "quota-available-bytes"]);
  const usage = isQuotaAsked ? await tree.usage(caller.owner) : null;
  const locks = asksFor(request, ["lockdiscovery"]) ? await tree.locks(caller.owner) : [];
  const lockTexts = createLockTexts(
    locks,
    (segments) => shownHref(dav.target, config.prefix, segments),
    clock.nowMs(),
  );
  const shownPrefix = dav.target.alias === undefined ? prefixHref : shownHref(dav.target, [], []);
  const isAccessAsked = asksForAccess(request);
  const accessAt = (href: string): NodeFacts["access"] => {
    if (!isAccessAsked) return null;
    const path = href.slice(shownPrefix.length).split("/").filter(Boolean).map(decodeURIComponent);
    const [, appId = "", ...segments] = path;
    const canWrite = isAllowed(caller.principal, appCapability(appId, segments, "write"));
    return { did: caller.principal.invokerDid, canWrite };
  };
  // Who may write a collection may write what is in it.
  const here = accessAt(shownHref(dav.target, config.prefix, dav.target.segments));
  const access = here?.canWrite === true ? here : null;
  const common: NodeFacts = {
    usage,
    dead: [],
    locks: "",
    checksums: null,
    timeline: asksForTimeline(request) ? String((await tree.timeline()) ?? "") : "",
    access,
    httpDate: createHttpDate(),
    isoTime: createIsoTime(),
  };
  return {
    common,
    hasOwn: locks.length > 0 || (isAccessAsked && access === null),
    ownFacts: (href: string) => ({ locks: lockTexts(href), access: access ?? accessAt(href) }),
  };
}
