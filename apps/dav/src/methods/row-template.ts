import type { PropertyName } from "../tree/properties.ts";
import type { TreeNode } from "../tree/tree.ts";
import type { PropfindRequest } from "../xml/propfind-request.ts";
import type { AnswerPart } from "./answer-part.ts";
import { createPropstat, type NodeFacts, type Reader, readerOf } from "./live-properties.ts";

/**
 * Writes the `propstat` elements of a node of which no properties that clients stored and no locks are known, as
 * `createPropstat` would. False, with the part as it was, for a node that does not fit the form of its kind.
 */
export type RowWriter = (part: AnswerPart, node: TreeNode, facts: NodeFacts) => boolean;

/** What the elements of all nodes of one kind have in common, and what is read from each. */
interface Template {
  /** One more than there are slots: before, between and behind their values. */
  readonly pieces: readonly Uint8Array[];
  readonly slots: readonly Reader[];
}

/**
 * Live properties that say the same of all nodes of one kind in an answer. All others are read from each; whether a node
 * has one depends on its kind alone.
 */
const alike = new Set([
  "resourcetype",
  "lockdiscovery",
  "supportedlock",
  "quota-used-bytes",
  "quota-available-bytes",
  "supported-report-set",
  "current-user-principal",
  "data-fingerprint",
]);

/** Thousands of rows differ in a few values: the rest of each is copied from the first. */
export function createRowWriter(request: PropfindRequest, isMinimal: boolean): RowWriter {
  const known: Partial<Record<TreeNode["kind"], Template>> = {};
  return (part, node, facts) => {
    known[node.kind] ??= readTemplate(request, isMinimal, { ...probeOf(node.kind), facts });
    const { pieces, slots } = known[node.kind] ?? none;
    const start = part.length;
    let next = 0;
    for (const piece of pieces) {
      part.bytes(piece);
      const read = slots[next];
      next += 1;
      if (read === undefined) continue;
      const value = read(node, facts);
      if (value === null || value === "") {
        part.cutTo(start);
        return false;
      }
      part.text(value);
    }
    return pieces.length > 0;
  };
}

const none: Template = { pieces: [], slots: [] };

interface Probe {
  readonly node: TreeNode;
  readonly facts: NodeFacts;
}

// No control characters can stand in XML.
const mark = "\u0001";

/** Describes one node with marks for the values that differ, and cuts at the marks. */
function readTemplate(request: PropfindRequest, isMinimal: boolean, { node, facts }: Probe): Template {
  const slots: Reader[] = [];
  const find = (name: PropertyName): Reader | undefined => {
    const read = readerOf(name);
    if (read === undefined || alike.has(name.name)) return read;
    const slot = slots.push(read) - 1;
    return (probe, about) => (read(probe, about) === null ? null : mark + slot + mark);
  };
  const parts = createPropstat(request, isMinimal, find)(node, facts).split(mark);
  return {
    pieces: parts.filter((_, index) => index % 2 === 0).map((text) => Buffer.from(text)),
    slots: parts.filter((_, index) => index % 2 === 1).flatMap((slot) => slots[Number(slot)] ?? []),
  };
}

function probeOf(kind: TreeNode["kind"]): Pick<Probe, "node"> {
  const nothing = { id: 0, name: "", size: 0, etag: "", type: null, createdMs: 0, modifiedMs: 0 };
  return { node: { ...nothing, kind, hash: kind === "file" ? "00" : null } };
}
