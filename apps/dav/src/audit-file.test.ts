import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@relite/core/log";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileAudit } from "./audit-file.ts";

describe("the audit file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "relite-audit-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const numbersIn = async (name: string) =>
    (await readFile(join(folder, name), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => Number(JSON.parse(line).n));
  const files = async () => {
    const index = (name: string) => Number(/\d*$/.exec(name)?.[0]);
    return (await readdir(folder)).sort((left, right) => index(right) - index(left));
  };
  const kept = async () => (await Promise.all((await files()).map(numbersIn))).flat();

  /** Writes numbers in small bursts, each on the disk before the next. */
  async function writeNumbers(from: number, to: number, keep: number): Promise<void> {
    const audit = createFileAudit(folder, silentLogger, { maxBytes: 200, keep });
    for (let n = from; n < to; n += 1) {
      audit.write({ n });
      if (n % 5 === 0) await vi.waitFor(async () => expect((await kept()).at(-1)).toBe(n), { interval: 1 });
    }
    await audit.close();
  }

  it("[OP1] is put away at its size, over a restart too, and no line is lost or cut on the way", async () => {
    await writeNumbers(100, 150, 100);
    await writeNumbers(150, 200, 100);
    expect(await kept()).toEqual(Array.from({ length: 100 }, (_, index) => 100 + index));
    expect((await files()).length).toBeGreaterThan(3);
    for (const name of await files()) {
      const { mode, size } = await stat(join(folder, name));
      expect([mode & 0o777, size <= 300]).toEqual([0o600, true]);
    }
  });

  it("[OP1] keeps so many files, and the oldest goes", async () => {
    await writeNumbers(100, 200, 2);
    expect(await files()).toEqual(["audit.log.2", "audit.log.1", "audit.log"]);
    expect((await kept()).at(-1)).toBe(199);
  });
});
