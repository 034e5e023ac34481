import { generateClients } from "../../generate.ts";
import { startPostgres } from "./postgres.ts";

/** Where test files find the server of their run. */
export const serverUrlVariable = "RELITE_TEST_POSTGRES_URL";

/** Global setup of Vitest: the clients, and one PostgreSQL for all projects of a run. A server named from outside is used as it is. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  await generateClients();
  if (process.env[serverUrlVariable] !== undefined) return undefined;
  const server = await startPostgres();
  process.env[serverUrlVariable] = server.url;
  return async () => {
    delete process.env[serverUrlVariable];
    await server.stop();
  };
}
