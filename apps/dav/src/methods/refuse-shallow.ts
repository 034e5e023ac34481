import { ReliteError } from "@relite/core/errors";
import type { Depth } from "../guard.ts";
import type { Place } from "../tree/place.ts";
import type { Tree } from "../tree/tree.ts";

/** DELETE and MOVE take a collection with all it holds: another Depth is a mistake (RFC 4918 §9.6.1, §9.9.3). */
export async function refuseShallow(tree: Tree, place: Place, depth: Depth): Promise<void> {
  if (depth === "infinity") return;
  const node = await tree.find(place);
  if (node?.kind !== "collection") return;
  throw new ReliteError("bad_request", "This method takes a collection as a whole", { reason: "bad_depth" });
}
