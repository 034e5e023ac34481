import type { DavConfig } from "../../config.ts";
import type { DeadProperty } from "../../tree/properties.ts";
import type { TrashEntry } from "../../tree/trash.ts";
import { isoTime, keptProperties, nextcloudProperties } from "../kept-properties.ts";

/** Where something was, who deleted it and when, how large it is, when it goes, and where a MOVE brings it back to. */
export function entryProperties(
  entry: TrashEntry,
  { prefix, retention }: Pick<DavConfig, "prefix" | "retention">,
): readonly DeadProperty[] {
  const { path, appId, deletedMs, deletedBy, bytes, node } = entry;
  // The app's own collection is there always: what it held comes back beside what is in it now.
  const back = path.length === 0 ? [node.name] : path;
  const href = [...prefix, "apps", appId, ...back].map((one) => `/${encodeURIComponent(one)}`).join("");
  const name = path.at(-1) ?? appId;
  return [
    ...keptProperties({
      "original-path": path.join("/"),
      "restore-to": node.kind === "collection" ? `${href}/` : href,
      "deleted-at": isoTime(deletedMs),
      "deleted-by": deletedBy,
      size: bytes === null ? null : String(bytes),
      "expires-at": retention.trashMs === 0 ? null : isoTime(deletedMs + retention.trashMs),
    }),
    ...nextcloudProperties({
      "trashbin-filename": name,
      "trashbin-original-location": path.join("/"),
      "trashbin-deletion-time": String(Math.floor(deletedMs / 1_000)),
    }),
  ];
}
