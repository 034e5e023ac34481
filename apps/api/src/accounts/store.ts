import type { Clock } from "@relite/core/clock";
import type { InvitationRepository } from "./invitations.ts";
import type { RevocationRepository } from "./revocations.ts";
import type { SettingsRepository } from "./settings.ts";
import type { SetupRepository, UserRepository } from "./users.ts";

/** Who may come in and what they chose; one store, because claiming and accepting write across its parts. */
export interface AccountStore {
  readonly users: UserRepository;
  readonly setup: SetupRepository;
  readonly invitations: InvitationRepository;
  readonly settings: SettingsRepository;
  readonly revocations: RevocationRepository;
}

export interface AccountStoreParts {
  readonly clock: Clock;
  /** A fresh unguessable id, `crypto.randomUUID` outside tests. */
  readonly newId: () => string;
}
