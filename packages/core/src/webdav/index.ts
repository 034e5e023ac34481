export {
  createDavClient,
  type DavClient,
  type DavClientOptions,
  type GetOptions,
  type PutOptions,
} from "./client.ts";
export type { DavEntry } from "./entry.ts";
export { etagKey } from "./etag.ts";
export { classifyFailure, DavFault, type DavReason, type FailureClass } from "./fault.ts";
export type { Fetch } from "./fetch.ts";
export type { DavLimits } from "./limits.ts";
export type { ListOptions } from "./list-collection.ts";
export type { DavProperty } from "./multistatus.ts";
export { folderOf, joinPath, maxPathLength, nameOf } from "./path.ts";
