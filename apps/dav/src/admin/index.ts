export { runExport } from "./export/run-export.ts";
export { runFsck } from "./fsck.ts";
export { runGc } from "./gc.ts";
export { runImport } from "./import/run-import.ts";
export { runInvite } from "./invite.ts";

export { runOwners } from "./owners.ts";
export { runQuota } from "./quota.ts";
export { runStats } from "./stats.ts";
