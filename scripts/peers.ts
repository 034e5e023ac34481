import { prepare } from "./launcher/prepare.ts";
import { runTests } from "./launcher/run-tests.ts";
import { ensureProgram } from "./peers/packages.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

const [first, ...rest] = process.argv.slice(2);
const isShort = first === "--short";
/** What a change of the endpoint breaks first: the protocol's own suite, and the client most people use. */
const shortForm = ["litmus.peers", "rclone-client.peers"];
const programs = isShort ? ["rclone", "litmus"] : ["apache2", "rclone", "litmus", "curl"];

await prepare({ say });
const missing = programs.filter((program) => {
  const { available, reason } = ensureProgram(program, program);
  if (!available) say(`Skipped: what needs ${program}. ${reason}.`);
  return !available;
});
if (isShort && missing.length === programs.length) {
  say("0 passed, 0 failed");
} else {
  const files = isShort ? [...shortForm, ...rest] : process.argv.slice(2);
  await runTests(["--config", "vitest.peers.config.ts", ...files]);
}
