interface Dates {
  readonly usedAt: string | null;
  readonly revokedAt: string | null;
  readonly expiresAt: string;
}

/** What became of an invitation; used wins over revoked, both over time. */
export function invitationState(invitation: Dates, nowMs: number): "open" | "used" | "revoked" | "expired" {
  if (invitation.usedAt !== null) return "used";
  if (invitation.revokedAt !== null) return "revoked";
  return Date.parse(invitation.expiresAt) <= nowMs ? "expired" : "open";
}
