import { isAlive, keysUnder, type SyncReader } from "../sync/index.ts";
import { foldText } from "../text/index.ts";
import {
  byDate,
  byUpdate,
  type ChatMessage,
  type ChatSession,
  liveToMessage,
  messageEntity,
  sessionEntity,
  toMessage,
  toSession,
} from "./records.ts";

export interface SearchHit {
  readonly session: ChatSession;
  /** Null when the title matched. */
  readonly message: ChatMessage | null;
}

const sessionKeys = keysUnder(sessionEntity(""));
const pageSize = 500;

/** Sessions, newest first; with `deleted` those in the bin instead. */
export async function listSessions(reader: SyncReader, deleted: boolean): Promise<readonly ChatSession[]> {
  const rows = await reader.list("entities", sessionKeys);
  return rows
    .filter(({ value }) => isAlive(value) !== deleted)
    .flatMap(({ value }) => toSession(value) ?? [])
    .sort(byUpdate);
}

export async function readSession(reader: SyncReader, sessionId: string): Promise<ChatSession | null> {
  const state = await reader.get("entities", sessionEntity(sessionId));
  return state !== undefined && isAlive(state) ? toSession(state) : null;
}

/** The messages of a session by date, with what is still being written; with `deleted` those in the bin instead. */
export async function listMessages(
  reader: SyncReader,
  sessionId: string,
  deleted: boolean,
): Promise<readonly ChatMessage[]> {
  const rows = await reader.list("entities", keysUnder(messageEntity(sessionId, "")));
  const kept = rows
    .filter(({ value }) => isAlive(value) !== deleted)
    .flatMap(({ value }) => toMessage(value) ?? []);
  if (deleted) return kept.sort(byDate);
  const live = await reader.list("live", keysUnder(`${sessionId}/`));
  return [...kept, ...live.map(({ value }) => liveToMessage(value))].sort(byDate);
}

/** Titles and texts that contain `query` (case and accents aside), titles first; walks the store in pages. */
export async function searchChat(
  reader: SyncReader,
  query: string,
  limit: number,
): Promise<readonly SearchHit[]> {
  const wanted = foldText(query.trim());
  if (wanted === "") return [];
  const sessions = await listSessions(reader, false);
  const hits: SearchHit[] = sessions
    .filter((session) => foldText(session.title).includes(wanted))
    .map((session) => ({ session, message: null }));
  for (const session of sessions) {
    if (hits.length >= limit) break;
    hits.push(...(await searchMessages(reader, session, wanted)));
  }
  return hits.slice(0, limit);
}

async function searchMessages(
  reader: SyncReader,
  session: ChatSession,
  wanted: string,
): Promise<readonly SearchHit[]> {
  const hits: SearchHit[] = [];
  let range = { ...keysUnder(messageEntity(session.id, "")), limit: pageSize };
  for (;;) {
    const rows = await reader.list("entities", range);
    for (const { value } of rows) {
      const message = isAlive(value) ? toMessage(value) : null;
      if (message !== null && foldText(message.text).includes(wanted)) hits.push({ session, message });
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return hits;
    range = { ...range, from: `${last.key}\0` };
  }
}
