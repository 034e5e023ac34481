import { expect, it } from "vitest";
import { invitationState } from "./invitation-state.ts";

const nowMs = Date.UTC(2026, 0, 10);
const [before, after] = ["2026-01-09T00:00:00.000Z", "2026-01-11T00:00:00.000Z"];

it.each([
  [{ usedAt: null, revokedAt: null, expiresAt: after }, "open"],
  [{ usedAt: null, revokedAt: null, expiresAt: before }, "expired"],
  [{ usedAt: null, revokedAt: before, expiresAt: before }, "revoked"],
  [{ usedAt: before, revokedAt: before, expiresAt: before }, "used"],
] as const)("[WSE4] %j is %s", (invitation, state) => expect(invitationState(invitation, nowMs)).toBe(state));
