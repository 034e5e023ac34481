export { runFsck } from "./fsck.ts";
export { runOwners } from "./owners.ts";
