import type { NodePage, Stored, Stretch } from "../tree/listings.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import type { Member, MemberPage } from "./respond.ts";

const pageSize = 500;
// The client begins to read while the rest is made.
const firstPageSize = 100;

/** Reads members, with what is stored of them or without. */
type ReadMembers = (stretch: Stretch) => Promise<Pick<NodePage, "nodes"> & Partial<Stored>>;

/** Members alone, where what is told of them comes from elsewhere. */
export function membersOf(tree: Pick<Tree, "members">): ReadMembers {
  return async ({ collection, afterName, limit }) => ({
    nodes: await tree.members(collection, afterName, limit),
  });
}

/** Pages of everything below a collection; parents come before their members. */
export async function* listBelow(
  read: ReadMembers,
  topId: number,
  topHref: string,
  depth: string,
): AsyncGenerator<MemberPage> {
  const waiting = [{ id: topId, baseHref: topHref }];
  let limit = firstPageSize;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { id: collection, baseHref } = at;
    let afterName: string | null = null;
    do {
      const page: Awaited<ReturnType<ReadMembers>> = await read({ collection, afterName, limit });
      const { nodes } = page;
      afterName = nodes.length === limit ? (nodes.at(-1)?.name ?? null) : null;
      limit = pageSize;
      if (nodes.length > 0) yield toPage(page, (node) => ({ node, baseHref, path: memberPath(node) }));
      if (depth === "infinity") {
        for (const node of nodes) {
          if (node.kind === "collection")
            waiting.push({ id: node.id, baseHref: baseHref + memberPath(node) });
        }
      }
    } while (afterName !== null);
  }
}

/** One node by its address. */
export function alone(node: TreeNode, baseHref: string): MemberPage {
  return { members: [{ node, baseHref, path: "" }] };
}

/** A page of nodes as an answer has them. */
export function toPage(
  { nodes, properties, checksums }: Awaited<ReturnType<ReadMembers>>,
  toMember: (node: TreeNode) => Member,
): MemberPage {
  const members = nodes.map(toMember);
  if (properties === undefined || checksums === undefined) return { members };
  return { members, stored: { properties, checksums } };
}

// What stands in an address as it is.
const plain = /^[\w.!~*'()-]*$/;

/** From a collection's address to its member's. */
export function memberPath({ name, kind }: TreeNode): string {
  const path = plain.test(name) ? name : encodeURIComponent(name);
  return kind === "collection" ? `${path}/` : path;
}
