import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openRotatingLog } from "./rotating-log.ts";

it("a program's log stays within twice its size while it runs, and goes on where it was", () => {
  const folder = mkdtempSync(join(tmpdir(), "relite-log-"));
  const file = join(folder, "dav.log");
  for (let run = 0; run < 2; run += 1) {
    const log = openRotatingLog(file, 1_000);
    for (let line = 0; line < 60; line += 1)
      log.write(Buffer.from(`${run} ${line}`.padEnd(99, ".").concat("\n")));
    log.close();
  }
  expect(readdirSync(folder).sort()).toEqual(["dav.log", "dav.log.1"]);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThan(1_200);
  expect(readFileSync(file, "utf8")).toMatch(/^1 59\.+\n$/m);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});
