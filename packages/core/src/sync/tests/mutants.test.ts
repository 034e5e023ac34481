import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { readWorldConfig } from "../../testing/index.ts";
import { type Mutant, mutants } from "./mutants.ts";

const core = join(import.meta.dirname, "../../..");
const maxSeeds = 4_500;

/** The first seed at which the simulated world catches the bug, in a copy of the code and a process of its own. */
async function firstSeedFor({ file, from, to }: Mutant): Promise<number | null> {
  const folder = await mkdtemp(join(tmpdir(), "relite-mutant-"));
  try {
    await cp(join(core, "src"), join(folder, "src"), { recursive: true });
    await cp(join(core, "package.json"), join(folder, "package.json"));
    await symlink(join(core, "node_modules"), join(folder, "node_modules"));
    const path = join(folder, "src/sync", file);
    const text = await readFile(path, "utf8");
    if (text.split(from).length !== 2) throw new Error(`The mutant of ${file} no longer fits the code.`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
    const world = join(folder, "src/testing/world/index.ts");
    const script = `const { runWorld } = await import(${JSON.stringify(world)});
      for (let seed = 1; seed <= ${maxSeeds}; seed += 1) {
        const isCaught = await runWorld(seed).then(({ violations }) => violations.length > 0, () => true);
        if (isCaught) { console.log(seed); break; }
      }`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    return stdout.trim() === "" ? null : Number(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("bugs put in on purpose", () => {
  it.each(mutants.slice(0, readWorldConfig().mutants))(
    "[SYN22] the simulated world catches that $bug",
    { timeout: 240_000 },
    async (mutant) => {
      expect(await firstSeedFor(mutant)).toBeGreaterThan(0);
    },
  );
});
