import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./root.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs vitest and ends the process; the last line is `N passed, N failed`. */
export async function runTests(args: readonly string[]): Promise<never> {
  const folder = mkdtempSync(join(tmpdir(), "relite-test-"));
  const report = join(folder, "report.json");
  const exitCode = await runVitest(args, report);
  const counts = readCounts(exitCode, report);
  rmSync(folder, { recursive: true, force: true });
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  process.exit(counts.failed > 0 ? 1 : 0);
}

async function runVitest(args: readonly string[], report: string): Promise<number> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** A run that ended badly without a failed test (a crash, an unhandled error, a file that does not load) counts as failed. */
function readCounts(exitCode: number, report: string): Counts {
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const told = JSON.parse(readFileSync(report, "utf8")) as Record<string, unknown>;
    const count = (key: string) => (typeof told[key] === "number" ? told[key] : 0);
    counts = {
      passed: count("numPassedTests"),
      failed: count("numFailedTests"),
      skipped: count("numPendingTests") + count("numTodoTests"),
    };
  } catch {
    process.stdout.write("The test run left no report.\n");
  }
  return counts.failed === 0 && (exitCode !== 0 || counts.passed === 0) ? { ...counts, failed: 1 } : counts;
}
