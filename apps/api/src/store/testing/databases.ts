import { type Database, openDatabase } from "@relite/prisma";
import { createTestDatabase } from "@relite/prisma/testing";
import { afterAll, beforeAll } from "vitest";

export const providers = ["sqlite", "postgresql"] as const;

/** One database for a test file; `empty` takes all rows out of it again. */
export function useDatabase(provider: (typeof providers)[number]): () => Promise<Database> {
  let database: Database;
  let remove = async () => {};
  beforeAll(async () => {
    const place = await createTestDatabase(provider);
    remove = place.remove;
    database = await openDatabase(place);
  });
  afterAll(async () => {
    await database?.close();
    await remove();
  });
  return async () => {
    // Everything hangs off users by cascades.
    await database.client.user.deleteMany();
    return database;
  };
}
