export type { AcceptOutcome, Invitation, InvitationRepository } from "./invitations.ts";
export {
  requireDid,
  requireDisplayName,
  requireNewInvitation,
  requireNewOwner,
  requireSettingsChange,
} from "./limits.ts";
export type { LostDevice, RevocationRepository, RevokedToken } from "./revocations.ts";
export { noSettings, type SettingsChange, type SettingsRepository, type UserSettings } from "./settings.ts";
export type { AccountStore, AccountStoreParts } from "./store.ts";
export type { NewOwner, Role, SetupRepository, User, UserRepository } from "./users.ts";
