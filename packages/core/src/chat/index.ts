export { type Chat, type ChatOptions, createChat } from "./chat.ts";
export type { ChatMessage, ChatSession, MessageRole, MessageStatus } from "./records.ts";
export type { NewMessage } from "./sessions.ts";
export type { SearchHit } from "./views.ts";
