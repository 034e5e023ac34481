import type { Storage } from "../context.ts";

/** A clock that was wrong for a while, and is set back, must not find a revoked token forgotten. */
const keptAfterEndMs = 30 * 86_400_000;

/** Forgets app passwords, shares and revocations whose tokens ended a month ago. */
export async function sweepAccess(
  { credentials, revocations }: Pick<Storage, "credentials" | "revocations">,
  nowMs: number,
): Promise<number> {
  const beforeMs = nowMs - keptAfterEndMs;
  return (await credentials.sweep(beforeMs)) + (await revocations.sweep(beforeMs));
}
