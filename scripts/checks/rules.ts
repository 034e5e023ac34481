import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../launcher/root.ts";
import type { Problems } from "./tool.ts";

const skipped = (path: string) => path.includes("node_modules");

/** Every rule id of the SPEC files stands in a test title, and every id in a title is a rule. */
export async function checkRules(): Promise<Problems> {
  const rules = idsIn(
    "{SPEC.md,prisma/SPEC.md,packages/*/SPEC.md,apps/*/SPEC.md}",
    /^- \*\*\[([A-Z]+\d+[a-z]?)\]\*\*/gm,
  );
  const tested = idsIn(
    "{packages,apps,prisma,scripts}/**/*.{test.ts,test.tsx,ts}",
    /["'`](?:[^"'`\n]*?)\[([A-Z]+\d+[a-z]?)\]/g,
  );
  const untested = [...rules]
    .filter(([id]) => !tested.has(id))
    .map(([id, file]) => `${file}: rule ${id} has no test`);
  const unknown = [...tested]
    .filter(([id]) => !rules.has(id))
    .map(([id, file]) => `${file}: [${id}] is no rule of any SPEC.md`);
  return [...untested, ...unknown];
}

function idsIn(pattern: string, id: RegExp): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync(pattern, { cwd: root, exclude: skipped })) {
    for (const match of readFileSync(join(root, file), "utf8").matchAll(id))
      if (match[1]) found.set(match[1], file);
  }
  return found;
}
