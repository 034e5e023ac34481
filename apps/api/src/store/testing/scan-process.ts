import { systemClock } from "@relite/core/clock";
import { scanConnection } from "@relite/core/library";
import { createDavClient } from "@relite/core/webdav";
import { openDatabase } from "@relite/prisma";
import { createRepositories } from "../library-repositories.ts";

/** A process that scans one connection and ends; its parent kills it in the middle. */
const [databaseUrl = "", remoteUrl = "", userId = "", connectionId = ""] = process.argv.slice(2);
const database = await openDatabase({ url: databaseUrl });
const { scans, proposals } = createRepositories(database);
await scanConnection({
  userId,
  connectionId,
  client: createDavClient({ baseUrl: remoteUrl, fetch }),
  scans,
  proposals,
  clock: systemClock,
  random: Math.random,
  createId: () => crypto.randomUUID(),
  serverIdentity: null,
  signal: new AbortController().signal,
});
await database.close();
