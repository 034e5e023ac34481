import { requireStorableText } from "@relite/core/text";
import type { NewInvitation } from "./invitations.ts";
import type { SettingsChange } from "./settings.ts";
import type { NewOwner } from "./users.ts";

/** The longest texts an account may hold, in UTF-16 units. */
const accountLimits = {
  displayName: 200,
  did: 500,
  label: 200,
  codeHash: 128,
  chatBaseUrl: 2_000,
  chatModel: 200,
} as const;

export function requireDisplayName(displayName: string): void {
  requireStorableText("displayName", displayName, accountLimits.displayName);
}

export function requireDid(did: string): void {
  requireStorableText("did", did, accountLimits.did);
}

export function requireNewOwner({ did, displayName }: NewOwner): void {
  requireDid(did);
  requireDisplayName(displayName);
}

export function requireNewInvitation({ codeHash, label }: NewInvitation): void {
  requireStorableText("codeHash", codeHash, accountLimits.codeHash);
  requireStorableText("label", label ?? "", accountLimits.label);
}

export function requireSettingsChange({ chatBaseUrl, chatModel }: SettingsChange): void {
  requireStorableText("chatBaseUrl", chatBaseUrl ?? "", accountLimits.chatBaseUrl);
  requireStorableText("chatModel", chatModel ?? "", accountLimits.chatModel);
}
