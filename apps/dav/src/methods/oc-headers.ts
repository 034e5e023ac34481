import type { Target } from "../target.ts";
import type { TreeNode } from "../tree/tree.ts";
import { ocIdOf } from "./live-properties.ts";

/** What clients of Nextcloud and ownCloud read from the answer to a write, by which they know a file again. */
export function ocHeaders(
  { target }: { readonly target: Target },
  { id, etag }: Pick<TreeNode, "id" | "etag">,
): Readonly<Record<string, string>> {
  if (target.alias === undefined) return {};
  return { "OC-FileId": ocIdOf({ id }), "OC-ETag": `"${etag}"` };
}
