import { prepare } from "./launcher/prepare.ts";
import { runTests } from "./launcher/run-tests.ts";
import { ensureProgram } from "./peers/packages.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

await prepare({ say });
for (const program of ["apache2", "rclone", "litmus", "curl"]) {
  const { available, reason } = ensureProgram(program, program);
  if (!available) say(`Skipped: what needs ${program}. ${reason}.`);
}
await runTests(["--config", "vitest.peers.config.ts", ...process.argv.slice(2)]);
