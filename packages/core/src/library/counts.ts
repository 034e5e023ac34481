import type { RoundCounts } from "./scan-store.ts";

export const noCounts: RoundCounts = {
  folders: 0,
  files: 0,
  added: 0,
  changed: 0,
  missing: 0,
  restored: 0,
  bytes: 0,
  requests: 0,
};
