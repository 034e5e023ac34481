import type { SealedSecret } from "@relite/core/crypto";

export interface UserSettings {
  /** Base URL of an OpenAI-compatible server; null: chat takes plain notes. */
  readonly chatBaseUrl: string | null;
  readonly chatModel: string | null;
  readonly chatApiKey: SealedSecret | null;
}

/** A left-out field keeps its value; null clears it. */
export type SettingsChange = { readonly [Field in keyof UserSettings]?: UserSettings[Field] };

export interface SettingsRepository {
  /** Everything null for a user who never set anything. */
  read(userId: string): Promise<UserSettings>;
  /** Applies the change at once and answers the whole; null for an unknown user. */
  update(userId: string, change: SettingsChange): Promise<UserSettings | null>;
}

export const noSettings: UserSettings = { chatBaseUrl: null, chatModel: null, chatApiKey: null };
