import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { ServerProgram } from "./endpoint-program.ts";
import { programEnv, root } from "./root.ts";

/** Runs one program of the repository with this terminal and more settings, passes signals on and ends with its exit code. */
export async function runForeground(
  { script, nodeArgs, env }: ServerProgram,
  settings: Readonly<Record<string, string>>,
): Promise<never> {
  const child = spawn(process.execPath, [...nodeArgs, resolve(root, script)], {
    env: { ...programEnv, ...env, ...process.env, ...settings },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  // What started this was killed; the program notices the same when this process is.
  if (process.connected) process.once("disconnect", () => child.kill("SIGTERM"));
  const code = await new Promise<number>((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  process.exit(code);
}
