/** Builds the endpoint into a folder of plain JavaScript: `node build-endpoint.ts <folder>`. Whole or not at all. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./root.ts";

const dayMs = 86_400_000;
const buildsKept = 4;
const unfinished = ".unfinished-";

const [target = ""] = process.argv.slice(2);
const cache = dirname(target);
const folder = `${target}${unfinished}${process.pid}`;

mkdirSync(folder, { recursive: true });
try {
  for (const [name, text] of await bundle()) writeThrough(join(folder, name), text);
  renameSync(folder, target);
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  // Somebody else was quicker with the same.
  if (!existsSync(target)) throw error;
}
removeOld();

/** The main thread and the threads that answer requests begin in modules of their own; native code stays outside. */
async function bundle(): Promise<readonly (readonly [string, string])[]> {
  const sources = join(root, "apps/dav/src");
  const build = await rolldown({
    cwd: root,
    platform: "node",
    input: { main: join(sources, "main.ts"), "http-thread": join(sources, "threads/http-thread.ts") },
    external: ["better-sqlite3"],
  });
  const { output } = await build.generate({
    format: "esm",
    sourcemap: "hidden",
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  });
  await build.close();
  return output.flatMap((file) =>
    file.type === "chunk"
      ? [
          [file.fileName, toLatin1(file.code)] as const,
          [`${file.fileName}.map`, file.map?.toString() ?? ""] as const,
        ]
      : [],
  );
}

/** One character beyond Latin-1, and every thread holds the whole file with two bytes a character. */
function toLatin1(code: string): string {
  return code.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function writeThrough(file: string, text: string): void {
  const descriptor = openSync(file, "wx");
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** A running endpoint may still need its build to replace a thread: the last few stay. */
function removeOld(): void {
  const builds = readdirSync(cache).map((name) => ({ name, builtMs: statSync(join(cache, name)).mtimeMs }));
  const old = builds
    .filter(({ name }) => !name.includes(unfinished))
    .sort((one, other) => other.builtMs - one.builtMs)
    .slice(buildsKept);
  const dead = builds.filter(
    ({ name, builtMs }) => name.includes(unfinished) && builtMs < Date.now() - dayMs,
  );
  for (const { name } of [...old, ...dead]) rmSync(join(cache, name), { recursive: true, force: true });
}
