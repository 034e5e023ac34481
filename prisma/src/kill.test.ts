import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openDatabase } from "./open-database.ts";
import { providers } from "./provider.ts";
import { createTestDatabase } from "./testing/index.ts";

const writer = fileURLToPath(new URL("testing/write-until-killed.ts", import.meta.url));
const writers = ["a", "b", "c"];
const groupsBeforeKill = 5;

/** The last group a writer said it had committed. */
function startWriter(
  url: string,
  name: string,
): { child: ChildProcess; acknowledged: () => number; ready: Promise<void> } {
  const child = spawn(process.execPath, [writer, url, name], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  const acknowledged = () => Number(output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1) || -1);
  const ready = new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`A writer ended with ${code}.`)));
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      if (acknowledged() >= groupsBeforeKill) resolve();
    });
  });
  return { child, acknowledged, ready };
}

test.each(providers)(
  "[DB8] on %s processes start and write side by side, and a kill leaves whole transactions",
  async (provider) => {
    const place = await createTestDatabase(provider);
    const started = writers.map((name) => ({ name, ...startWriter(place.url, name) }));
    try {
      await Promise.all(started.map(({ ready }) => ready));
    } finally {
      await Promise.all(
        started.map(async ({ child }) => {
          if (child.exitCode !== null) return;
          const exited = once(child, "exit");
          child.kill("SIGKILL");
          await exited;
        }),
      );
    }
    const database = await openDatabase(place);
    const groups = await database.sql.all<{ name: string; rows: number }>(
      `SELECT "displayName" AS "name", COUNT(*) AS "rows" FROM "User" GROUP BY "displayName"`,
    );
    expect(groups.filter(({ rows }) => rows !== 3)).toEqual([]);
    const names = new Set(groups.map(({ name }) => name));
    for (const { name, acknowledged } of started) {
      for (let group = 0; group <= acknowledged(); group++) expect(names).toContain(`${name}-${group}`);
    }
    await database.close();
    await place.remove();
  },
);
