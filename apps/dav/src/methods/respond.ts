import { appCapability, isAllowed } from "@relite/core/ucan";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { createHttpDate } from "../http-date.ts";
import { shownHref } from "../shown-path.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import type { PropfindRequest } from "../xml/propfind-request.ts";
import { escapeXml } from "../xml/write-xml.ts";
import { asksFor, asksForChecksums, asksForDead, createPropstat, type NodeFacts } from "./live-properties.ts";
import { createLockTexts } from "./lock-element.ts";
import { isMinimal } from "./prefer.ts";

export interface Member {
  readonly node: TreeNode;
  readonly href: string;
}

/** The `response` elements of some members, their dead properties fetched together. */
export type Respond = (members: readonly Member[]) => Promise<string>;

const none: ReadonlyMap<number, never> = new Map<number, never>();

/** What is known about nodes by their ids: properties clients stored, and checksums. */
export type NodeSources = Pick<Tree, "properties" | "checksums">;

/** Prepares, once for a whole answer, what is asked about every node in it. */
export function createResponder(
  { storage: { tree }, config, clock }: DavContext,
  prefixHref: string,
  sources: NodeSources = tree,
) {
  return async ({ caller, req, dav }: AllowedExchange, request: PropfindRequest): Promise<Respond> => {
    const isQuotaAsked = asksFor(request, ["quota-used-bytes", "quota-available-bytes"]);
    const usage = isQuotaAsked ? await tree.usage(caller.owner) : null;
    const locks = asksFor(request, ["lockdiscovery"]) ? await tree.locks(caller.owner) : [];
    const lockTexts = createLockTexts(
      locks,
      (segments) => shownHref(dav.target, config.prefix, segments),
      clock.nowMs(),
    );
    const propstat = createPropstat(request, isMinimal(req));
    const httpDate = createHttpDate();
    const shownPrefix = dav.target.alias === undefined ? prefixHref : shownHref(dav.target, [], []);
    const isAccessAsked = asksFor(request, ["current-user-principal", "current-user-privilege-set"]);
    const accessAt = (href: string): NodeFacts["access"] => {
      if (!isAccessAsked) return null;
      const path = href.slice(shownPrefix.length).split("/").filter(Boolean).map(decodeURIComponent);
      const [, appId = "", ...segments] = path;
      const canWrite = isAllowed(caller.principal, appCapability(appId, segments, "write"));
      return { did: caller.principal.invokerDid, canWrite };
    };
    return async (members) => {
      const ids = members.map(({ node }) => node.id);
      const dead = asksForDead(request) ? await sources.properties(ids) : none;
      const checksums = asksForChecksums(request) ? await sources.checksums(ids) : none;
      let text = "";
      for (const { node, href } of members) {
        const facts = {
          usage,
          dead: dead.get(node.id) ?? [],
          locks: lockTexts(href),
          checksums: checksums.get(node.id) ?? null,
          access: accessAt(href),
          httpDate,
        };
        text += `<D:response><D:href>${escapeXml(href)}</D:href>${propstat(node, facts)}</D:response>`;
      }
      return text;
    };
  };
}
