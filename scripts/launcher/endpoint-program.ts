import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
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
 * One helper thread of V8 is enough for few processors: four spend as much time on waking as on work. Nurseries of 2 MiB
 * are emptied more often, for less. Maglev, the compiler between baseline code and TurboFan, holds 20 MB in each thread
 * while a load begins, and wins nothing afterwards. What glibc keeps of freed memory is bounded: one arena, and large pieces
 * go back at once (bodies travel in pieces of 512 KiB).
 */
const settings: Pick<ServerProgram, "nodeArgs" | "env"> = {
  nodeArgs: ["--v8-pool-size=1", "--max-semi-space-size=2", "--no-maglev"],
  env: { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" },
};

/**
 * The endpoint as plain JavaScript, built anew when a source has changed: it takes half the memory, for Node's own way of
 * running TypeScript is loaded into every thread. Where it cannot be built, its sources run as they are.
 */
export async function endpointProgram(
  say: (line: string) => void,
  cache: string = endpointCache,
): Promise<ServerProgram> {
  try {
    return { ...settings, script: await build(cache) };
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    const reason = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "";
    say(
      `The endpoint runs from its sources, which takes more memory; it could not be built: ${reason.trim()}`,
    );
    return { ...settings, script: "apps/dav/src/main.ts" };
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
