import { checkRules } from "./checks/rules.ts";
import { type Problems, runTool } from "./checks/tool.ts";
import { checkTypes } from "./checks/type-check.ts";
import { checkWalls, checkWallsCanary } from "./checks/walls.ts";
import { prepareDatabase } from "./launcher/prepare.ts";

const checks: readonly (readonly [string, () => Promise<Problems>])[] = [
  ["format and lint", () => runTool("biome", ["check", "."])],
  ["types", checkTypes],
  ["import walls", checkWalls],
  ["import walls: every wall reports its canary", checkWallsCanary],
  ["dead code", () => runTool("knip", ["--no-progress"])],
  [
    "manifests",
    () => runTool("sherif", ["--fail-on-warnings", "--ignore-rule", "root-package-manager-field"]),
  ],
  ["every rule of every SPEC.md has a test", checkRules],
];

await prepareDatabase();
let failed = 0;
for (const [name, check] of checks) {
  const problems = await check();
  process.stdout.write(`${problems.length === 0 ? "ok    " : "FAILED"} ${name}\n`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length > 0) failed += 1;
}
process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);
