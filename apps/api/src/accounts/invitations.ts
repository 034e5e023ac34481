import type { NewOwner, User } from "./users.ts";

/** What may be shown of an invitation; the code itself is never stored, only its hash. */
export interface Invitation {
  readonly id: string;
  readonly label: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  readonly usedAtMs: number | null;
  readonly usedByUserId: string | null;
}

export interface NewInvitation {
  /** SHA-256 of the code, made by `hashInvitationCode`. */
  readonly codeHash: string;
  readonly label: string | null;
  readonly expiresAtMs: number;
}

export type AcceptOutcome =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly reason: "unknown" | "expired" | "revoked" | "used" | "did_taken" };

export interface InvitationRepository {
  create(userId: string, invitation: NewInvitation): Promise<Invitation>;
  /** Those this user made, newest first. */
  list(userId: string): Promise<readonly Invitation[]>;
  /** False when it is not theirs, used, or revoked before. */
  revoke(userId: string, invitationId: string): Promise<boolean>;
  /** Uses the invitation and makes a member, both or neither; of simultaneous acceptances exactly one succeeds. */
  accept(codeHash: string, member: NewOwner): Promise<AcceptOutcome>;
}
