import { appCapability, isAllowed } from "@relite/core/ucan";
import { isBySession } from "../access/session-identity.ts";
import type { DavConfig } from "../config.ts";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { type Listing, renderListing, type SignedIn, wayDown } from "../html/listing.ts";
import { setPageHeaders } from "../html/page-shell.ts";
import { addressOf } from "../html/sign-in-form.ts";
import { wordsFor } from "../html/words.ts";
import type { TreeNode } from "../tree/tree.ts";
import { sendPage } from "./send-page.ts";

/** A collection for a person's browser: a page to read, streamed. */
export function createBrowse({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange, node: TreeNode): Promise<void> => {
    const { req, dav } = exchange;
    const words = wordsFor(req.headers["accept-language"]);
    const { segments } = dav.target;
    const hrefOf = (depth: number) =>
      addressOf({ segments: segments.slice(0, depth), endsWithSlash: true }, config.prefix);
    // The trail begins at the app: what lies above is no folder of anybody's.
    const way = wayDown(segments.slice(1), (at) => (mayOpen(exchange, at + 2) ? hrefOf(at + 2) : null));
    await sendListing(exchange, tree, {
      words,
      node,
      ...way,
      href: hrefOf(segments.length),
      note: null,
      ...(isBySession(exchange) ? { signedIn: signedInAt(segments, config) } : {}),
    });
  };
}

/** Where somebody who signed in finds what is kept of a folder. */
function signedInAt([, ...path]: readonly string[], { prefix, retention }: DavConfig): SignedIn {
  const hrefOf = (segments: readonly string[]) => addressOf({ segments, endsWithSlash: true }, prefix);
  return {
    trashHref: retention.trashMs === 0 ? null : hrefOf(["trash", ...path.slice(0, 1)]),
    versionsHref: retention.versionsMs === 0 ? null : hrefOf(["versions", ...path]),
  };
}

export async function sendListing(
  { req, res }: Pick<AllowedExchange, "req" | "res">,
  tree: Parameters<typeof renderListing>[0],
  listing: Listing,
): Promise<void> {
  setPageHeaders(res, listing);
  res.statusCode = 200;
  if (req.method === "HEAD") return void res.end();
  for await (const part of renderListing(tree, listing)) {
    if (!(await sendPage(res, part))) return;
  }
  res.end();
}

function mayOpen({ caller, dav }: AllowedExchange, depth: number): boolean {
  const path = dav.target.segments.slice(2, depth);
  return isAllowed(caller.principal, appCapability(caller.appId, path, "read"));
}
