// Plain JavaScript for any Node from 18 on: brings the right Node and pnpm, installs, then runs one task.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [task, ...args] = process.argv.slice(2);
const script = join(root, "scripts", `${task}.ts`);
const windows = process.platform === "win32";

if (!task || !existsSync(script)) fail(`unknown task: ${task ?? "(none)"}`);
if (nodeIsRecent() && pnpmIsRecent()) installAndRun();
else if (process.env.RELITE_BOOTSTRAPPED)
  fail("Node 22.18 or newer and pnpm 12 are needed, and npx did not bring them.");
else again();

function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function pnpmIsRecent() {
  const found = spawnSync("pnpm", ["--version"], { cwd: root, encoding: "utf8", shell: windows });
  return found.status === 0 && Number(found.stdout.split(".")[0]) >= 12;
}

function again() {
  const command = ["node", fileURLToPath(import.meta.url), task, ...args].map(quote).join(" ");
  const npxArgs = ["--yes", "--package", "node@24", "--package", "pnpm@12", "--call", command];
  run(windows ? "npx.cmd" : "npx", npxArgs, { ...process.env, RELITE_BOOTSTRAPPED: "1" });
}

function installAndRun() {
  const quiet = ["install", "--frozen-lockfile", "--reporter=append-only"];
  const installed = spawnSync("pnpm", quiet, { cwd: root, encoding: "utf8", shell: windows });
  if (installed.status !== 0)
    fail(`pnpm install failed:\n${installed.stdout ?? ""}${installed.stderr ?? ""}`);
  run(process.execPath, [script, ...args], process.env);
}

function run(command, commandArgs, env) {
  const child = spawn(command, commandArgs, {
    stdio: "inherit",
    env,
    shell: windows && command.endsWith(".cmd"),
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`could not run ${command}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

function quote(word) {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return windows ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

function fail(message) {
  process.stderr.write(`relite: ${message}\n`);
  process.exit(1);
}
