import type { SecretBox } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import type { SettingsChange, SettingsRepository, UserSettings } from "../accounts/index.ts";

export interface ChatSettingsView {
  readonly chat: {
    readonly baseUrl: string | null;
    readonly model: string | null;
    readonly hasApiKey: boolean;
  };
}

/** A field left out stays; null clears it. */
export interface ChatSettingsChange {
  readonly baseUrl?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
}

export interface ChatProvider {
  readonly baseUrl: string;
  readonly model: string | null;
  readonly apiKey: string | null;
}

export interface ChatSettings {
  read(userId: string): Promise<ChatSettingsView>;
  /** A key goes only where it was given for: another origin without the key again is `bad_request`/`secret_required`. */
  update(userId: string, change: ChatSettingsChange): Promise<ChatSettingsView>;
  /** With the key opened, for the one request it is used in; null when none is configured. */
  openProvider(userId: string): Promise<ChatProvider | null>;
}

const rowId = "chat";

export function createChatSettings(parts: {
  readonly settings: SettingsRepository;
  readonly box: SecretBox;
}): ChatSettings {
  const { settings, box } = parts;
  return {
    read: async (userId) => toView(await settings.read(userId)),
    update: async (userId, change) => {
      const baseUrl = change.baseUrl == null ? change.baseUrl : normaliseBaseUrl(change.baseUrl);
      requireKeyForNewOrigin(await settings.read(userId), { ...change, baseUrl });
      const { apiKey } = change;
      const sealed = apiKey == null ? apiKey : await box.seal(apiKey, { userId, rowId });
      const next: SettingsChange = {
        ...(baseUrl === undefined ? {} : { chatBaseUrl: baseUrl }),
        ...(change.model === undefined ? {} : { chatModel: change.model }),
        ...(sealed === undefined ? {} : { chatApiKey: sealed }),
      };
      const updated = await settings.update(userId, next);
      if (updated === null) throw new ReliteError("not_found", "There is no such user.");
      return toView(updated);
    },
    openProvider: async (userId) => {
      const { chatBaseUrl, chatModel, chatApiKey } = await settings.read(userId);
      if (chatBaseUrl === null) return null;
      const provider = { baseUrl: chatBaseUrl, model: chatModel };
      if (chatApiKey === null) return { ...provider, apiKey: null };
      const opened = await box.open(chatApiKey, { userId, rowId });
      if (opened.isStale)
        await settings.update(userId, { chatApiKey: await box.seal(opened.plaintext, { userId, rowId }) });
      return { ...provider, apiKey: opened.plaintext };
    },
  };
}

function toView({ chatBaseUrl, chatModel, chatApiKey }: UserSettings): ChatSettingsView {
  return { chat: { baseUrl: chatBaseUrl, model: chatModel, hasApiKey: chatApiKey !== null } };
}

function normaliseBaseUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === "";
  if (isPlain && url.search === "" && url.hash === "") return url.href.replace(/\/+$/, "");
  throw new ReliteError("bad_request", "The address must be http or https, without credentials or query.", {
    reason: "bad_address",
  });
}

function requireKeyForNewOrigin(stored: UserSettings, change: ChatSettingsChange): void {
  if (stored.chatApiKey === null || change.apiKey !== undefined || change.baseUrl == null) return;
  if (stored.chatBaseUrl !== null && new URL(stored.chatBaseUrl).origin === new URL(change.baseUrl).origin)
    return;
  throw new ReliteError("bad_request", "A stored key goes only where it was given for: enter it again.", {
    reason: "secret_required",
  });
}
