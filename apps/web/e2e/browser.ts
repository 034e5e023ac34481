import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

const webRoot = join(fileURLToPath(import.meta.url), "..", "..");
const chromiumVersion = "153.0.0";

/** The browser of the registry where it runs (Linux x64), otherwise an installed Chrome or Edge; `RELITE_BROWSER` names one outright. */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env.RELITE_BROWSER;
  if (named) return chromium.launch({ executablePath: named, args: ["--no-sandbox"] });
  const packaged = await packagedChromium();
  if (packaged) return chromium.launch({ executablePath: packaged, args: ["--no-sandbox"] });
  for (const channel of ["chrome", "msedge", "chromium"]) {
    const browser = await chromium.launch({ channel, args: ["--no-sandbox"] }).catch(() => null);
    if (browser) return browser;
  }
  throw new Error("No browser: install Chrome or Edge, or set RELITE_BROWSER to the path of one.");
}

/** The package unpacks into whatever TMPDIR says and reuses what is there, so each version has a folder of its own. */
export async function packagedChromium(): Promise<string | null> {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const folder = join(webRoot, "node_modules", ".cache", `chromium-${chromiumVersion}`);
  mkdirSync(folder, { recursive: true });
  const script =
    'import("@sparticuz/chromium").then(async (m) => console.log(await m.default.executablePath()))';
  const run = promisify(execFile);
  const path = await run(process.execPath, ["--eval", script], {
    cwd: webRoot,
    env: { ...process.env, TMPDIR: folder },
  });
  const executable = path.stdout.trim();
  const runs = await run(executable, ["--version", "--no-sandbox"]).catch(() => null);
  return runs === null ? null : executable;
}
