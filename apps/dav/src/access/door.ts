import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import type { Logger } from "@relite/core/log";
import type { Principal, Verified, Verifier } from "@relite/core/ucan";
import { andThen, type Soon } from "../soon.ts";
import type { CredentialKind, Credentials } from "./credentials.ts";
import type { GuessLimit } from "./guesses.ts";
import { narrowTo } from "./narrow.ts";
import { refusal } from "./refusal.ts";
import { isSecretOf } from "./secret.ts";

export interface Knock {
  readonly kind: CredentialKind;
  readonly id: string;
  readonly secret: string;
  /** The network address the request came from. */
  readonly address: string;
}

/** Where secrets are shown: each stands for a UCAN, which goes through the same walk as any other. */
export interface Door {
  /** Throws `unauthorized` (reason `wrong_password` or the verifier's code) and `rate_limited`. */
  open(knock: Knock): Soon<Principal>;
  /** Whether there is such a credential, for the audit of a refusal. */
  knows(kind: CredentialKind, id: string): boolean;
  /** A password that is none of ours: counts as a wrong one. Always throws. */
  refuse(address: string): never;
}

export interface DoorParts {
  readonly credentials: Credentials;
  /** Lets an invocation live for as long as one that is kept here may. */
  readonly verifier: Verifier;
  readonly guesses: GuessLimit;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The SHA-256 of nothing that could be sent: an unknown id takes the time of a known one. */
const nobodysHash = "0".repeat(64);
/** How exact "last used" is. */
const noteEveryMs = 15 * 60_000;

export function createDoor({ credentials, verifier, guesses, clock, log }: DoorParts): Door {
  const noting = new Set<string>();

  /** Behind the answer, and rarely: a use is not worth a request's wait for the disk. */
  function noteUse(id: string, lastUsedMs: number | null): void {
    const nowMs = clock.nowMs();
    if (lastUsedMs !== null && Math.abs(nowMs - lastUsedMs) < noteEveryMs) return;
    if (noting.has(id)) return;
    noting.add(id);
    credentials
      .noteUse(id, nowMs)
      .catch((err: unknown) => log.warn({ err, credential: id }, "a use was not noted"))
      .finally(() => noting.delete(id));
  }

  return {
    open: ({ kind, id, secret, address }) => {
      const found = credentials.find(id);
      const credential = found?.kind === kind ? found : null;
      guesses.check(address, credential?.id ?? null);
      const isRight = isSecretOf(secret, credential?.secretHash ?? nobodysHash);
      if (credential === null || !isRight) {
        guesses.failed(address, credential?.id ?? null);
        throw wrongPassword();
      }
      if (credential.isRevoked) throw refusal("revoked");
      const enter = (verified: Verified) => {
        if (!verified.ok) throw refusal(verified.code);
        guesses.passed(address, id);
        noteUse(id, credential.lastUsedMs);
        return narrowTo(credential, verified.principal);
      };
      return andThen(verifier.recall(credential.token) ?? verifier.verify(credential.token), enter);
    },
    knows: (kind, id) => credentials.find(id)?.kind === kind,
    refuse: (address) => {
      guesses.check(address, null);
      guesses.failed(address, null);
      throw wrongPassword();
    },
  };
}

function wrongPassword(): ReliteError {
  return new ReliteError("unauthorized", "The password is not right", { reason: "wrong_password" });
}
