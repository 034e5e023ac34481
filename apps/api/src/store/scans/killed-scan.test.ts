import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createRemoteDav, createRemoteTree, seededRandom, serveHandler } from "@relite/core/testing";
import { anna, connectionRow } from "@relite/core/testing/contracts";
import { openDatabase } from "@relite/prisma";
import { createTestDatabase } from "@relite/prisma/testing";
import { expect, it } from "vitest";
import { createRepositories } from "../library-repositories.ts";

const titles = 60;
const authors = 10;
const folders = 1 + authors + authors * titles;
/** Folders that may be under way or not yet committed at any moment. */
const atRisk = 40;

it("[LS1] a scan whose process is killed goes on, and asks again only for what was under way", {
  timeout: 120_000,
}, async () => {
  const tree = createRemoteTree();
  for (let author = 0; author < authors; author += 1)
    for (let title = 0; title < titles; title += 1) tree.putFile(`author ${author}/title ${title}/book.epub`);
  const remote = createRemoteDav({ tree });
  let tellAt = Number.POSITIVE_INFINITY;
  let tell = () => {};
  await using server = await serveHandler((request) => {
    if (remote.requests.length >= tellAt) tell();
    return remote.handle(request);
  });
  const place = await createTestDatabase("sqlite");
  const database = await openDatabase(place);
  try {
    await database.client.user.create({
      data: { id: anna, displayName: "anna", role: "member", createdAtMs: 0n },
    });
    const { connections, books } = createRepositories(database);
    await connections.insert(anna, connectionRow(anna, "c1"));
    const script = fileURLToPath(new URL("../testing/scan-process.ts", import.meta.url));
    const run = () =>
      spawn(process.execPath, [script, place.url, `${server.origin}/dav/`, anna, "c1"], { stdio: "inherit" });
    tellAt = 100 + Math.floor(seededRandom(11)() * 400);
    const reached = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const killed = run();
    await reached;
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const sentBefore = remote.requests.length;
    const [code] = await once(run(), "exit");
    expect(code).toBe(0);
    expect(sentBefore).toBeLessThan(folders);
    expect(remote.requests.length).toBeLessThanOrEqual(folders + atRisk);
    expect(await books.count(anna, { states: ["present"] })).toBe(authors * titles);
    expect(await books.count(anna, {})).toBe(authors * titles);
  } finally {
    await database.close();
    await place.remove();
  }
});
