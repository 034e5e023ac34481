import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { endWithTest } from "./end-with-test.ts";

/** Starts a command and kills it as soon as `isFar` says so; answers whether it was still running. */
export async function killWhen(args: readonly string[], isFar: () => Promise<boolean>): Promise<boolean> {
  const script = join(import.meta.dirname, "command-process.ts");
  const child = endWithTest(spawn(process.execPath, [script, ...args], { stdio: "ignore" }));
  const ended = once(child, "exit");
  while (child.exitCode === null && !(await isFar())) await setTimeout(5);
  const wasRunning = child.kill("SIGKILL");
  await ended;
  return wasRunning && child.signalCode === "SIGKILL";
}
