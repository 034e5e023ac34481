import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface LitmusResult {
  readonly suite: string;
  readonly passed: number;
  readonly run: number;
  readonly warnings: number;
  /** The lines of tests that failed or warned. */
  readonly remarks: readonly string[];
}

/** Its suites, and how many tests each has: 104 in all. */
export const litmusSuites = [
  ["basic", 16],
  ["copymove", 13],
  ["props", 30],
  ["locks", 41],
  ["http", 4],
] as const;

/** Runs one suite of litmus against a collection: its address, then a user and a password where they are needed. */
export async function runLitmus(at: readonly string[], suite: string): Promise<LitmusResult> {
  const folder = await mkdtemp(join(tmpdir(), "relite-litmus-"));
  try {
    // litmus writes its traces where it stands.
    const env = { ...process.env, TESTS: suite };
    const litmus = spawn("litmus", ["--keep-going", ...at], { cwd: folder, env });
    let output = "";
    for (const stream of [litmus.stdout, litmus.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    await once(litmus, "close");
    return readOutput(suite, output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readOutput(suite: string, output: string): LitmusResult {
  // A terminal would see each line drawn over: take what stands at the end.
  const lines = output.split("\n").map((line) => line.slice(line.lastIndexOf("\r") + 1));
  const [, run = "0", passed = "0"] = /of (\d+) tests run: (\d+) passed/.exec(output) ?? [];
  const warnings = /(\d+) warnings? (?:was|were) issued/.exec(output)?.[1] ?? "0";
  const remarks = lines.filter((line) => /FAIL|WARNING|ERROR/.test(line));
  return { suite, passed: Number(passed), run: Number(run), warnings: Number(warnings), remarks };
}
