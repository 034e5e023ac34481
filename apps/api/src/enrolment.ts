import type { Clock } from "@relite/core/clock";
import { equalSecrets, hashInvitationCode } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import type { AccountStore, User } from "./accounts/index.ts";

/** How a key becomes a user: the first one by the setup code, the others by invitation. */
export interface Enrolment {
  isClaimed(): Promise<boolean>;
  /** `conflict`/`already_claimed` · `insufficient`/`bad_setup_code` · `rate_limited`. */
  claim(request: SetupClaim): Promise<User>;
  /** `forbidden`/`invitation_…` · `conflict`/`did_taken` · `rate_limited`. */
  accept(request: SetupClaim & { readonly remoteAddress: string }): Promise<User>;
}

export interface SetupClaim {
  readonly code: string;
  /** The root key that proved itself. */
  readonly did: string;
  readonly displayName: string | undefined;
}

export interface EnrolmentParts {
  readonly accounts: AccountStore;
  /** null: nobody can claim any more. */
  readonly setupCode: string | null;
  readonly clock: Clock;
  /** Called after somebody became a user. */
  readonly onEnrolled?: () => void;
}

const triesPerMinute = 10;

/** Codes are compared in constant time, and only so many wrong ones a minute are looked at. */
export function createEnrolment({ accounts, setupCode, clock, onEnrolled }: EnrolmentParts): Enrolment {
  const setupTries = createTryLimit(clock);
  const invitationTries = createTryLimit(clock);
  return {
    isClaimed: () => accounts.setup.isClaimed(),
    claim: async ({ code, did, displayName }) => {
      if (await accounts.setup.isClaimed()) throw alreadyClaimed();
      const attempt = setupTries.begin("setup");
      if (setupCode === null || !(await equalSecrets(code, setupCode)))
        throw new ReliteError("insufficient", "The setup code is not right.", { reason: "bad_setup_code" });
      attempt.succeeded();
      const user = await accounts.setup.claim({ did, displayName: displayName ?? defaultName(did) });
      if (user === null) throw alreadyClaimed();
      onEnrolled?.();
      return user;
    },
    accept: async ({ code, did, displayName, remoteAddress }) => {
      const attempt = invitationTries.begin(remoteAddress);
      const member = { did, displayName: displayName ?? defaultName(did) };
      const outcome = await accounts.invitations.accept(await hashInvitationCode(code), member);
      if (outcome.ok) {
        attempt.succeeded();
        onEnrolled?.();
        return outcome.user;
      }
      throw invitationRefused(outcome.reason);
    },
  };
}

function alreadyClaimed(): ReliteError {
  return new ReliteError("conflict", "This server has its owner already.", { reason: "already_claimed" });
}

function invitationRefused(reason: "unknown" | "expired" | "revoked" | "used" | "did_taken"): ReliteError {
  if (reason === "did_taken")
    return new ReliteError("conflict", "This key belongs to a user already.", { reason });
  return new ReliteError("forbidden", `The invitation is ${reason}.`, { reason: `invitation_${reason}` });
}

function defaultName(did: string): string {
  return `Reader ${did.slice(-6)}`;
}

/** Counts tries per key over the last minute; a try that succeeds is not counted. */
function createTryLimit(clock: Clock) {
  const timesByKey = new Map<string, number[]>();
  return {
    begin: (key: string) => {
      const sinceMs = clock.nowMs() - 60_000;
      for (const [other, times] of timesByKey)
        if (times.every((atMs) => atMs <= sinceMs)) timesByKey.delete(other);
      const recent = (timesByKey.get(key) ?? []).filter((atMs) => atMs > sinceMs);
      if (recent.length >= triesPerMinute)
        throw new ReliteError("rate_limited", "Too many tries; wait a minute.", { reason: "too_many_tries" });
      const atMs = clock.nowMs();
      timesByKey.set(key, [...recent, atMs]);
      return {
        succeeded: () => {
          const left = [...(timesByKey.get(key) ?? [])];
          const index = left.indexOf(atMs);
          if (index >= 0) left.splice(index, 1);
          timesByKey.set(key, left);
        },
      };
    },
  };
}
