import { isReliteError, ReliteError } from "@relite/core/errors";
import { addressBlock } from "@relite/core/node";
import type { Rate, RateLimit } from "../limits.ts";

/** Holds up whoever tries passwords. */
export interface GuessLimit {
  /** `rate_limited` after too many failures of this address; `id` is null unless there is such a credential. */
  check(address: string, id: string | null): void;
  failed(address: string, id: string | null): void;
  /** This address has shown this credential's secret: from now on, nobody's failures hold it up here. */
  passed(address: string, id: string): void;
}

/** 20 failures at once, then one in three seconds. */
export const wrongPasswords: Rate = { perSecond: 1 / 3, burst: 20 };
const maxWelcome = 10_000;

/**
 * Failures count per address, and apart for each credential that exists. A stranger's tries elsewhere therefore never hold
 * up the user; at the same address (one proxy, one household) they do so only for who knows the id, and not for who has
 * been let in from there before.
 */
export function createGuessLimit(failures: RateLimit): GuessLimit {
  const welcome = new Set<string>();
  return {
    check: (address, id) => {
      const key = keyOf(address, id);
      if (!welcome.has(key)) orTooMany(() => failures.check(key));
    },
    failed: (address, id) => {
      const key = keyOf(address, id);
      if (!welcome.has(key)) orTooMany(() => failures.take(key));
    },
    passed: (address, id) => {
      if (welcome.size >= maxWelcome) welcome.clear();
      welcome.add(keyOf(address, id));
    },
  };
}

function orTooMany(count: () => void): void {
  try {
    count();
  } catch (error) {
    if (!isReliteError(error)) throw error;
    const { details } = error;
    throw new ReliteError("rate_limited", "Too many wrong passwords", {
      reason: "too_many_guesses",
      details,
    });
  }
}

/** One holder of IPv6 has 2⁶⁴ addresses: they count as one. */
function keyOf(address: string, id: string | null): string {
  return `${addressBlock(address)} ${id ?? ""}`;
}
