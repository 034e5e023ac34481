// Plain JavaScript for any Node from 18 on: brings the right Node and pnpm, installs, then runs one task.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [task, ...args] = process.argv.slice(2);
const script = join(root, "scripts", `${task}.ts`);
const windows = process.platform === "win32";
const found = "relite-toolchain:";

if (!task || !existsSync(script)) fail(`unknown task: ${task ?? "(none)"}`);
const toolchain = bringToolchain();
install(toolchain);
run(toolchain);

/** The running Node where it is recent and pnpm is there; otherwise both from the registry, by npx. */
function bringToolchain() {
  if (nodeIsRecent() && pnpmIsRecent()) return { node: process.execPath, env: process.env };
  const tell = `node -p "'${found}' + process.execPath"`;
  const npxArgs = ["--yes", "--package", "node@24", "--package", "pnpm@12", "--call", tell];
  const told = spawnSync(windows ? "npx.cmd" : "npx", npxArgs, {
    cwd: root,
    encoding: "utf8",
    shell: windows,
  });
  const node = told.stdout
    ?.split("\n")
    .find((line) => line.startsWith(found))
    ?.slice(found.length)
    .trim();
  if (!node)
    fail(`Node 24 and pnpm 12 could not be brought by npx:\n${told.stderr ?? told.error?.message ?? ""}`);
  return { node, env: { ...process.env, PATH: withTools(node) } };
}

/** npx keeps `node_modules/.bin` of its cache folder, where pnpm stands, beside the Node package. */
function withTools(node) {
  const places = [dirname(node)];
  for (let folder = dirname(node); dirname(folder) !== folder; folder = dirname(folder)) {
    const bin = join(folder, "node_modules", ".bin");
    if (existsSync(join(bin, windows ? "pnpm.cmd" : "pnpm"))) places.push(bin);
  }
  return [...places, process.env.PATH].join(delimiter);
}

function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function pnpmIsRecent() {
  const version = spawnSync("pnpm", ["--version"], { cwd: root, encoding: "utf8", shell: windows });
  return version.status === 0 && Number(version.stdout.split(".")[0]) >= 12;
}

function install({ env }) {
  const pnpmArgs = ["install", "--frozen-lockfile", "--reporter=append-only"];
  const installed = spawnSync("pnpm", pnpmArgs, { cwd: root, encoding: "utf8", shell: windows, env });
  if (installed.status === 0) return;
  fail(
    `pnpm install failed:\n${installed.stdout ?? ""}${installed.stderr ?? installed.error?.message ?? ""}`,
  );
}

function run({ node, env }) {
  const child = spawn(node, [script, ...args], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`could not run ${node}: ${error.message}`));
  child.on("exit", (code) => process.exit(code ?? 1));
}

function fail(message) {
  process.stderr.write(`relite: ${message.trim()}\n`);
  process.exit(1);
}
