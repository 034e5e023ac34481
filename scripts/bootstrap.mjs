// Plain JavaScript for any Node from 18 on: brings the right Node and pnpm, installs, then runs one task.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [task, ...args] = process.argv.slice(2);
const script = join(root, "scripts", `${task}.ts`);
const windows = process.platform === "win32";
const found = "relite-toolchain:";
const modules = join(root, "node_modules");
const rememberedNode = join(modules, ".relite-node");

if (!task || !existsSync(script)) fail(`unknown task: ${task ?? "(none)"}`);
if (!existsSync(modules))
  tell("first run: fetches Node 24, pnpm and the packages; this takes a minute or two …");
const toolchain = bringToolchain();
install(toolchain);
run(toolchain);

/** The running Node where it is recent and pnpm is there; otherwise what npx brought last time, or brings from the registry now. */
function bringToolchain() {
  if (nodeIsRecent() && pnpmIsRecent()) return { node: process.execPath, env: process.env };
  const node = recallNode() ?? fetchNode();
  return { node, env: { ...process.env, PATH: withTools(node) } };
}

/** npx asks the registry each time: without this a second start would need the network. */
function recallNode() {
  if (!existsSync(rememberedNode)) return null;
  const node = readFileSync(rememberedNode, "utf8").trim();
  return existsSync(node) && placesOfTools(node).length > 1 ? node : null;
}

function fetchNode() {
  const print = `node -p "'${found}' + process.execPath"`;
  const npxArgs = ["--yes", "--package", "node@24", "--package", "pnpm@12", "--call", print];
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
  return node;
}

function withTools(node) {
  return [...placesOfTools(node), process.env.PATH].join(delimiter);
}

/** npx keeps `node_modules/.bin` of its cache folder, where pnpm stands, beside the Node package. */
function placesOfTools(node) {
  const places = [dirname(node)];
  for (let folder = dirname(node); dirname(folder) !== folder; folder = dirname(folder)) {
    const bin = join(folder, "node_modules", ".bin");
    if (existsSync(join(bin, windows ? "pnpm.cmd" : "pnpm"))) places.push(bin);
  }
  return places;
}

function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

function pnpmIsRecent() {
  const version = spawnSync("pnpm", ["--version"], { cwd: root, encoding: "utf8", shell: windows });
  return version.status === 0 && Number(version.stdout.split(".")[0]) >= 12;
}

function install({ node, env }) {
  const pnpmArgs = ["install", "--frozen-lockfile", "--reporter=append-only"];
  const installed = spawnSync("pnpm", pnpmArgs, { cwd: root, encoding: "utf8", shell: windows, env });
  if (installed.status === 0) {
    if (node !== process.execPath) writeFileSync(rememberedNode, `${node}\n`);
    return;
  }
  fail(
    `pnpm install failed:\n${installed.stdout ?? ""}${installed.stderr ?? installed.error?.message ?? ""}`,
  );
}

function run({ node, env }) {
  // The ipc channel closes when this process dies, however it dies; the task then ends by itself.
  const child = spawn(node, [script, ...args], { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  stopWithNpm(() => child.kill("SIGTERM"));
  child.on("error", (error) => fail(`could not run ${node}: ${error.message}`));
  child.on("exit", (code) => process.exit(code ?? 1));
}

/** npm that was killed tells nobody: its child gets another parent. Run by hand, a parent may well go before us. */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 500);
}

function tell(line) {
  process.stderr.write(`relite: ${line}\n`);
}

function fail(message) {
  tell(message.trim());
  process.exit(1);
}
