import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../launcher/root.ts";

/** A check answers with what is wrong; nothing wrong is an empty list. */
export type Problems = readonly string[];

export interface ToolRun {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of node_modules/.bin in the repository's folder; both outputs together. */
export async function runBin(name: string, args: readonly string[]): Promise<ToolRun> {
  const child = spawn(join(root, "node_modules/.bin", name), args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output };
}

export async function runTool(name: string, args: readonly string[]): Promise<Problems> {
  const { code, output } = await runBin(name, args);
  return code === 0 ? [] : [output.trim()];
}
