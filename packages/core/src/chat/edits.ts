import type { Clock } from "../clock/index.ts";
import { ReliteError } from "../errors/index.ts";
import {
  type Change,
  type EntityState,
  isAlive,
  type JsonValue,
  readFields,
  type SyncWriter,
  serverNowMs,
  stageChanges,
} from "../sync/index.ts";
import { sessionEntity, toSession, updatedField } from "./records.ts";

export interface EditContext {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Time as the server tells it, for the dates that other devices will see. */
export function dateNowMs(writer: SyncWriter, context: EditContext): Promise<number> {
  return serverNowMs(writer, context.clock);
}

/**
 * The date of a new message: now, or just after the session's last change where the clock is too coarse or a little
 * behind, so that an answer never stands before its question. A clock that is far ahead is not followed.
 */
export async function nextDateMs(
  writer: SyncWriter,
  context: EditContext,
  session: EntityState,
): Promise<number> {
  const nowMs = await dateNowMs(writer, context);
  const lastMs = toSession(session)?.updatedAtMs ?? 0;
  return lastMs >= nowMs && lastMs < nowMs + 60_000 ? lastMs + 1 : nowMs;
}

/** Changes of one session go through here: they leave the device together. */
export async function stage(
  writer: SyncWriter,
  context: EditContext,
  sessionId: string,
  changes: readonly Change[],
): Promise<void> {
  await stageChanges(writer, changes, {
    nowMs: context.clock.nowMs(),
    random: context.random,
    group: sessionId,
  });
}

/** The session moves up in every list. */
export function touchSession(sessionId: string, nowMs: number): Change {
  return set(sessionEntity(sessionId), updatedField, nowMs);
}

export function set(entity: string, field: string, value: JsonValue): Change {
  return { kind: "set", entity, field, value };
}

/** Writes the last known fields again, as edits that no delete has seen. */
export function setAgain(state: EntityState): readonly Change[] {
  return [...readFields(state)].map(([field, value]) => set(state.entity, field, value));
}

export async function getAlive(writer: SyncWriter, entity: string): Promise<EntityState> {
  const state = await writer.get("entities", entity);
  if (state === undefined || !isAlive(state)) throw notFound();
  return state;
}

export async function getDeleted(writer: SyncWriter, entity: string): Promise<EntityState> {
  const state = await writer.get("entities", entity);
  if (state === undefined || isAlive(state)) throw notFound();
  return state;
}

export function notFound(): ReliteError {
  return new ReliteError("not_found", "There is no such session or message.");
}
