import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "./fingerprint.ts";
import { root } from "./root.ts";
import { runScript } from "./run-script.ts";

const webSources = [
  "apps/web/src",
  "apps/web/public",
  "apps/web/index.html",
  "apps/web/vite.config.ts",
  "packages/core/src",
  "pnpm-lock.yaml",
];
const stampFile = join(root, "apps/web/dist/.sources");

/** Generates the database clients and builds the page, each only when its sources changed. */
export async function prepare(io: { say(line: string): void }): Promise<void> {
  await prepareDatabase();
  await buildWeb(io);
}

export async function prepareDatabase(): Promise<void> {
  await runScript([join(root, "prisma/generate.ts")], root);
}

async function buildWeb(io: { say(line: string): void }): Promise<void> {
  const sources = fingerprint(webSources.map((path) => join(root, path)));
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === sources) return;
  io.say("Building the web page …");
  await runScript(
    [join(root, "apps/web/node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"],
    join(root, "apps/web"),
  );
  writeFileSync(stampFile, sources);
}
