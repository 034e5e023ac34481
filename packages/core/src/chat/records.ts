import { z } from "zod";
import { type EntityState, type LiveRecord, readFields } from "../sync/index.ts";

export type MessageRole = "user" | "assistant" | "system" | "note";
export type MessageStatus = "streaming" | "done" | "error";

export interface ChatSession {
  readonly id: string;
  readonly title: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface ChatMessage {
  readonly id: string;
  readonly sessionId: string;
  readonly role: MessageRole;
  readonly text: string;
  readonly status: MessageStatus;
  readonly dateMs: number;
  /** `updatedAt`, or `date` for one that was never changed. */
  readonly updatedAtMs: number;
  readonly model: string | null;
  readonly error: string | null;
}

const timeSchema = z.number().min(0).max(8.64e15);

/** The one field of a message entity: a message changes as a whole, so that a text never meets another edit's status. */
export const messageBodySchema = z.object({
  role: z.enum(["user", "assistant", "system", "note"]),
  text: z.string(),
  status: z.enum(["done", "error"]),
  date: timeSchema,
  updatedAt: timeSchema.nullable().default(null),
  model: z.string().nullable().default(null),
  error: z.string().nullable().default(null),
});
export type MessageBody = z.output<typeof messageBodySchema>;

export const bodyField = "body";
export const titleField = "title";
export const createdField = "createdAt";
export const updatedField = "updatedAt";

const titleSchema = z.string().catch("");
const sessionTimeSchema = timeSchema.catch(0);

export function sessionEntity(sessionId: string): string {
  return `session/${sessionId}`;
}

export function messageEntity(sessionId: string, messageId: string): string {
  return `message/${sessionId}/${messageId}`;
}

/** The session as it is or was; null for what never was one. A value of a wrong type reads as if it were missing. */
export function toSession(state: EntityState): ChatSession | null {
  const id = state.entity.split("/")[1];
  const fields = readFields(state);
  if (id === undefined || fields.size === 0) return null;
  const createdAtMs = sessionTimeSchema.parse(fields.get(createdField));
  return {
    id,
    title: titleSchema.parse(fields.get(titleField)),
    createdAtMs,
    updatedAtMs: Math.max(createdAtMs, sessionTimeSchema.parse(fields.get(updatedField))),
  };
}

/** The message as it is or was; null when its body is not one. */
export function toMessage(state: EntityState): ChatMessage | null {
  const [, sessionId, id] = state.entity.split("/");
  const body = readBody(state);
  if (sessionId === undefined || id === undefined || body === null) return null;
  const { role, text, status, date, updatedAt, model, error } = body;
  return {
    id,
    sessionId,
    role,
    text,
    status,
    dateMs: date,
    updatedAtMs: updatedAt ?? date,
    model,
    error,
  };
}

export function readBody(state: EntityState): MessageBody | null {
  const parsed = messageBodySchema.safeParse(readFields(state).get(bodyField));
  return parsed.success ? parsed.data : null;
}

export function liveToMessage(live: LiveRecord): ChatMessage {
  return {
    id: live.id,
    sessionId: live.group,
    role: "assistant",
    text: live.text,
    status: live.isStreaming ? "streaming" : "error",
    dateMs: live.startedAtMs,
    updatedAtMs: live.updatedAtMs,
    model: live.model,
    error: live.error,
  };
}

/** By date; what has the same date, by id, so that every device shows one order. */
export function byDate(a: ChatMessage, b: ChatMessage): number {
  return a.dateMs - b.dateMs || (a.id < b.id ? -1 : 1);
}

/** Newest first. */
export function byUpdate(a: ChatSession, b: ChatSession): number {
  return b.updatedAtMs - a.updatedAtMs || (a.id < b.id ? -1 : 1);
}
