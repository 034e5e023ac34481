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

export function addCounts(counts: RoundCounts, more: Partial<RoundCounts>): RoundCounts {
  return {
    folders: counts.folders + (more.folders ?? 0),
    files: counts.files + (more.files ?? 0),
    added: counts.added + (more.added ?? 0),
    changed: counts.changed + (more.changed ?? 0),
    missing: counts.missing + (more.missing ?? 0),
    restored: counts.restored + (more.restored ?? 0),
    bytes: counts.bytes + (more.bytes ?? 0),
    requests: counts.requests + (more.requests ?? 0),
  };
}
