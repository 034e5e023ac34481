import type { CommandIo } from "./command-line.ts";
import { runOwners } from "./owners.ts";

/** `quota DID 10G|none`: short for `owners quota`. */
export function runQuota(args: readonly string[], io: CommandIo): Promise<number> {
  return runOwners(["quota", ...args], io);
}
