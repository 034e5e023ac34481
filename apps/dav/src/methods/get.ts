import { ReliteError } from "@relite/core/errors";
import { answerHeaders, setAnswerHeaders, setHeaderPairs } from "../answer-headers.ts";
import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { isNavigation } from "../html/page-shell.ts";
import { createLeaveTogether } from "../leave-together.ts";
import { decideRead, isRangeFresh } from "../preconditions.ts";
import { andThen, type Soon } from "../soon.ts";
import type { FoundNode, TreeNode } from "../tree/tree.ts";
import { createBrowse } from "./browse.ts";
import { mediaTypeByName } from "./media-type.ts";
import { allowedOnCollection } from "./options.ts";
import { notFound, placeOf } from "./place-of.ts";
import { readRanges } from "./ranges.ts";
import { type ContentSource, sendAtOnce, sendPart, sendParts, smallWhole } from "./send-content.ts";

type Read = (exchange: AllowedExchange) => Soon<FoundNode | null>;

/**
 * GET and HEAD of files (RFC 9110): conditions first, then ranges, single or several. `read` finds what is asked for, if it
 * is not a file where files are; there, a browser may look at collections too.
 */
export function createGet(context: DavContext, read?: Read) {
  const { storage, newId } = context;
  const { tree, blobs } = storage;
  const find: Read = read ?? ((exchange) => tree.read(placeOf(exchange)));
  const browse = createBrowse(context);
  const fileHeaders = createFileHeaders();
  const leaveTogether = createLeaveTogether();
  const answer = (exchange: AllowedExchange, found: FoundNode | null): Soon<void> => {
    const { req, res, caller } = exchange;
    if (found === null) throw notFound();
    const { node } = found;
    if (node.kind === "collection") {
      setAnswerHeaders(exchange);
      if (read === undefined && isNavigation(req)) return browse(exchange, node);
      res.setHeader("Allow", allowedOnCollection);
      throw new ReliteError("method_not_allowed", "A collection is listed with PROPFIND");
    }
    const decision = decideRead(req.headers, node);
    if (decision === "failed") {
      throw new ReliteError("precondition_failed", "The resource is not in the state the request asks for");
    }
    const small = decision === "send" ? smallWhole(req, found) : null;
    if (small !== null) {
      const headers = [...answerHeaders(exchange), ...fileHeaders(node)];
      return leaveTogether(() => sendAtOnce(exchange, headers, small));
    }
    setAnswerHeaders(exchange);
    setHeaderPairs(exchange, fileHeaders(node));
    setChecksumHeaders(exchange, found);
    if (decision === "not_modified") return void res.writeHead(304).end();
    const source = { blobs, owner: caller.owner, found };
    return send(exchange, source, newId);
  };
  return (exchange: AllowedExchange): Soon<void> =>
    andThen(find(exchange), (found) => answer(exchange, found));
}

/** Names and values by turns. They follow from the node alone: made once for as long as the tree remembers it. */
function createFileHeaders(): (node: TreeNode) => readonly string[] {
  const knownByNode = new WeakMap<TreeNode, readonly string[]>();
  const describe = (node: TreeNode): readonly string[] => {
    const type = node.type ?? mediaTypeByName(node.name);
    const pairs = [
      ...["ETag", `"${node.etag}"`],
      ...["Last-Modified", new Date(node.modifiedMs).toUTCString()],
      ...["Cache-Control", "private, no-store"],
      ...["Accept-Ranges", "bytes"],
      ...["Content-Type", type],
      ...["Content-Security-Policy", policyFor(type)],
    ];
    knownByNode.set(node, pairs);
    return pairs;
  };
  return (node) => knownByNode.get(node) ?? describe(node);
}

/** A stored page must not act with this server's origin. What a browser's own player shows would not play in a sandbox. */
function policyFor(type: string): string {
  if (/^(audio|video)\/[a-z0-9.+-]+$/i.test(type)) return "default-src 'none'; media-src 'self'";
  if (/^application\/pdf$/i.test(type))
    return "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'";
  return "sandbox; default-src 'none'";
}

/** `OC-Checksum` as a client gave it; `Repr-Digest` (RFC 9530) for who asks. Both are of the whole file, whatever part is sent. */
function setChecksumHeaders({ req, res }: AllowedExchange, { node, checksums }: FoundNode): void {
  // One only: ownCloud's client reads no list here.
  if (checksums !== null) res.setHeader("OC-Checksum", checksums.split(" ")[0] ?? "");
  const wanted = String(req.headers["want-repr-digest"] ?? "");
  if (wanted === "" || node.hash === null || !/(^|,)\s*sha-256\s*=\s*([1-9]|10)\s*(,|$)/.test(wanted)) return;
  res.setHeader("Repr-Digest", `sha-256=:${Buffer.from(node.hash, "hex").toString("base64")}:`);
}

function send(exchange: AllowedExchange, source: ContentSource, newId: () => string): Soon<void> {
  const { req, res } = exchange;
  const { node } = source.found;
  const { size } = node;
  // Only GET has ranges (RFC 9110 §14.2).
  const isAsked = req.method === "GET" && isRangeFresh(req.headers["if-range"], node);
  const ranges = isAsked ? readRanges(req.headers.range, size) : null;
  if (ranges === null) {
    if (size === 0) return void res.setHeader("Content-Length", 0).end();
    return sendPart(exchange, source, { start: 0, end: size - 1 });
  }
  const [first] = ranges;
  if (first === undefined) {
    res.setHeader("Content-Range", `bytes */${size}`);
    throw new ReliteError("range_not_satisfiable", "The file has no such range");
  }
  if (ranges.length > 1)
    return sendParts(exchange, source, { ranges, boundary: newId().replaceAll("-", "") });
  res.statusCode = 206;
  res.setHeader("Content-Range", `bytes ${first.start}-${first.end}/${size}`);
  return sendPart(exchange, source, first);
}
