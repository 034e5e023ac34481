import type { SyncPhase } from "@relite/core/sync";

export function isBusy(phase: SyncPhase): boolean {
  return phase === "checking" || phase === "up" || phase === "down";
}
