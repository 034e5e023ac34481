import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Provider, packageDir, providers, readSchema } from "./src/provider.ts";

const require = createRequire(import.meta.url);

/** Makes the typed clients that are missing or older than the models; answers which it made. Downloads nothing. */
export async function generateClients(): Promise<readonly Provider[]> {
  const made = await Promise.all(
    providers.map(async (provider) => ((await generate(provider)) ? provider : null)),
  );
  return made.filter((provider) => provider !== null);
}

/** Generates beside the old client and swaps folders, so that a process that is just starting sees one or the other. */
async function generate(provider: Provider): Promise<boolean> {
  const schema = await readSchema(provider);
  const fingerprint = createHash("sha256")
    .update(await prismaVersion())
    .update(schema)
    .digest("hex");
  const dir = fileURLToPath(new URL(`generated/${provider}/`, packageDir));
  if ((await readIfThere(path.join(dir, "fingerprint"))) === fingerprint) return false;
  const fresh = `${dir.replace(/\/$/, "")}.${process.pid}`;
  try {
    await mkdir(fresh, { recursive: true });
    await writeFile(path.join(fresh, "schema.prisma"), schema);
    await runPrisma(["generate", "--schema", path.join(fresh, "schema.prisma"), "--no-hints"]);
    await writeFile(path.join(fresh, "fingerprint"), fingerprint);
    await rm(dir, { recursive: true, force: true });
    await rename(fresh, dir).catch(async (error: unknown) => {
      // Another process was quicker with the same client.
      if ((await readIfThere(path.join(dir, "fingerprint"))) !== fingerprint) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return true;
}

async function prismaVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(require.resolve("prisma/package.json"), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "";
}

/** `prisma generate` needs no engine; pointing it at any file that exists keeps it from fetching one. */
async function runPrisma(args: readonly string[]): Promise<void> {
  const bin = require.resolve("prisma/build/index.js");
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  };
  await promisify(execFile)(process.execPath, [bin, ...args], { env, cwd: fileURLToPath(packageDir) });
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch(() => null);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateClients();
