import type { PortParts } from "../../storage/port-parts.ts";
import { createContentStore } from "./content-store.ts";
import { createKeeper } from "./keeper.ts";
import { createNodeStore } from "./node-store.ts";
import { createPropertyStore } from "./property-store.ts";
import { createPurge } from "./purge.ts";
import { createSubtrees } from "./subtree.ts";
import { createTransfer } from "./transfer.ts";
import { createTrashStore } from "./trash-store.ts";

/** What the ports on one database connection are made of. */
export function createStores({ db, nowMs, files, retention }: Omit<PortParts, "commits">) {
  const nodes = createNodeStore(db, nowMs, (owner, bytes) => purge.makeRoom(owner, bytes));
  const contents = createContentStore(db, nowMs, files);
  const properties = createPropertyStore(db);
  const subtrees = createSubtrees(db, { nodes, contents, properties });
  const trash = createTrashStore(db, nodes);
  const purge = createPurge(db, { nodes, contents, trash });
  const keeper = createKeeper({ nodes, contents, subtrees, trash, purge, retention });
  const transfer = createTransfer(nodes, subtrees, keeper);
  return { nodes, contents, properties, trash, purge, keeper, transfer };
}
