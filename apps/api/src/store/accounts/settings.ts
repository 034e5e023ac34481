import type { Database } from "@relite/prisma";
import {
  type AccountStoreParts,
  noSettings,
  requireSettingsChange,
  type SettingsChange,
  type SettingsRepository,
  type UserSettings,
} from "../../accounts/index.ts";
import { isPossibleId } from "../rows.ts";

interface SettingsRow {
  readonly chatBaseUrl: string | null;
  readonly chatModel: string | null;
  readonly chatKeyId: string | null;
  readonly chatKeySealed: Uint8Array | null;
}

function toSettings({ chatBaseUrl, chatModel, chatKeyId, chatKeySealed }: SettingsRow): UserSettings {
  const isSealed = chatKeyId !== null && chatKeySealed !== null;
  return {
    chatBaseUrl,
    chatModel,
    chatApiKey: isSealed ? { keyId: chatKeyId, bytes: new Uint8Array(chatKeySealed) } : null,
  };
}

export function createSettings({ client }: Database, { clock }: AccountStoreParts): SettingsRepository {
  return {
    read: async (userId) => {
      if (!isPossibleId(userId)) return noSettings;
      const row = await client.userSettings.findUnique({ where: { userId } });
      return row === null ? noSettings : toSettings(row);
    },
    update: async (userId, change) => {
      requireSettingsChange(change);
      if (!isPossibleId(userId) || (await client.user.count({ where: { id: userId } })) === 0) return null;
      const data = { ...toColumns(change), updatedAtMs: BigInt(clock.nowMs()) };
      const row = await client.userSettings.upsert({
        where: { userId },
        create: { userId, ...data },
        update: data,
      });
      return toSettings(row);
    },
  };
}

function toColumns({ chatBaseUrl, chatModel, chatApiKey }: SettingsChange) {
  return {
    ...(chatBaseUrl === undefined ? {} : { chatBaseUrl }),
    ...(chatModel === undefined ? {} : { chatModel }),
    ...(chatApiKey === undefined
      ? {}
      : {
          chatKeyId: chatApiKey?.keyId ?? null,
          chatKeySealed: chatApiKey === null ? null : new Uint8Array(chatApiKey.bytes),
        }),
  };
}
