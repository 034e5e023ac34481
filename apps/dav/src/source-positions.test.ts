import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { toSourcePositions } from "./source-positions.ts";

it("[TH9] a stack trace of the build names the lines of the sources", () => {
  const folder = mkdtempSync(join(tmpdir(), "relite-map-"));
  // The third line of the build, from its fifth column on, is the eighth line of the source.
  const map = { version: 3, sources: ["../src/a.ts"], names: [], mappings: ";;IAOA" };
  writeFileSync(join(folder, "main.js.map"), JSON.stringify(map));
  const stack = (place: string) =>
    `Error: x\n    at run (${place})\n    at node:internal/a:1:2\n    at /none/b.js:3:4`;
  const source = join(folder, "../src/a.ts:8:1");
  expect(toSourcePositions(stack(`file://${folder}/main.js:3:5`))).toBe(stack(source));
  expect(toSourcePositions(stack(`${folder}/main.js:3:9`))).toBe(stack(source));
  rmSync(folder, { recursive: true });
});
