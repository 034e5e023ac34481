import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { root } from "../launcher/root.ts";
import type { LongForm } from "./long-forms.ts";

export interface FormEnd {
  readonly isPassed: boolean;
  readonly seconds: number;
  /** What the test said of its work. */
  readonly told: string;
}

/** Runs one long form in a process of its own, which writes its log; never rejects but when its log cannot be written. */
export async function runForm(form: LongForm, logFile: string): Promise<FormEnd> {
  const startMs = performance.now();
  const log = createWriteStream(logFile);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--project", "dav", `tests/${form.file}`], {
    cwd: root,
    env: { ...process.env, ...form.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => void child.kill("SIGTERM");
  process.once("exit", end);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += String(chunk);
      log.write(chunk);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  process.off("exit", end);
  await new Promise<void>((resolve) => log.end(resolve));
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  return { isPassed: code === 0, seconds, told: summaryOf(said) };
}

/** Tests in their long form say in a line that begins with a number what they did. */
function summaryOf(said: string): string {
  return said
    .split("\n")
    .filter((line) => /^\d[\d,]* (rounds|requests|seeds|epochs|cuts)\b/.test(line))
    .join("; ");
}

/** The command that does a form again. */
export function commandOf({ env, file }: LongForm): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return `${settings.join(" ")} npm test -- --project dav tests/${file}`;
}
