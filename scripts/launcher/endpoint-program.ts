import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { boundedMemory } from "./bounded-memory.ts";
import { fingerprint } from "./fingerprint.ts";
import { root } from "./root.ts";
import { runScript } from "./run-script.ts";

/** What runs the endpoint. */
export interface ServerProgram {
  /** Options of node itself. */
  readonly nodeArgs: readonly string[];
  /** Absolute, or below the repository. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

const sources = [
  "apps/dav/src",
  "apps/dav/package.json",
  "packages/core/src",
  "packages/core/package.json",
  "pnpm-lock.yaml",
  "scripts/launcher/build-endpoint.ts",
];

/** Where its build finds the packages that stay outside. */
const endpointCache = join(root, "apps/dav/node_modules/.cache/endpoint");

/**
 * The endpoint as plain JavaScript, built anew when a source has changed: it takes half the memory, for Node's own way of
 * running TypeScript is loaded into every thread. Where it cannot be built, its sources run as they are.
 */
export async function endpointProgram(
  say: (line: string) => void,
  cache: string = endpointCache,
): Promise<ServerProgram> {
  try {
    return { ...boundedMemory, script: await build(cache) };
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    const reason = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "";
    say(
      `The endpoint runs from its sources, which takes more memory; it could not be built: ${reason.trim()}`,
    );
    return { ...boundedMemory, script: "apps/dav/src/main.ts" };
  }
}

async function build(cache: string): Promise<string> {
  const state = fingerprint(sources.map((path) => join(root, path))).slice(0, 16);
  const folder = join(cache, state);
  const script = join(folder, "main.js");
  if (existsSync(script)) return script;
  await runScript([join(root, "scripts/launcher/build-endpoint.ts"), folder], root);
  // Somebody wrote a source meanwhile: what was built may be of neither state.
  if (!fingerprint(sources.map((path) => join(root, path))).startsWith(state)) {
    rmSync(folder, { recursive: true, force: true });
    return build(cache);
  }
  return script;
}
