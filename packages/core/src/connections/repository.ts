import type { Connection, ConnectionPatch } from "./connection.ts";

/**
 * Keeps connections. Every method takes the user first: another user's connection is as if it did not exist.
 * Implementations run `describeConnectionRepository` of core/testing.
 */
export interface ConnectionRepository {
  insert(userId: string, connection: Connection): Promise<void>;
  get(userId: string, id: string): Promise<Connection | null>;
  /** All of the user's, oldest first (createdAtMs, then id). */
  list(userId: string): Promise<readonly Connection[]>;
  /** Changes the given fields only and returns the row after it; null when the user has no such connection. */
  update(userId: string, id: string, patch: ConnectionPatch): Promise<Connection | null>;
  /** Removes it with its books, folders, rounds, proposals and jobs, all or nothing; false when there was none. */
  remove(userId: string, id: string): Promise<boolean>;
  /**
   * For the scheduler, the one reader across users: connections whose `nextSyncAtMs` ≤ nowMs, most overdue first.
   */
  listDue(nowMs: number, limit: number): Promise<readonly Connection[]>;
}
