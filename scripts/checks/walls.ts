import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../launcher/root.ts";
import { type Problems, runBin, runTool } from "./tool.ts";

const config = ["--config", ".dependency-cruiser.cjs"];
const trees = ["packages", "apps", "prisma", "bench", "scripts"];

/** One forbidden import per wall: what each canary imports must be reported under the wall's name. */
const canaries: readonly (readonly [wall: string, folder: string, imported: string])[] = [
  ["core-is-alone", "packages/core/src/errors", "../../../../apps/dav/src/config.ts"],
  ["core-base", "packages/core/src/errors", "../ucan/index.ts"],
  ["core-domain", "packages/core/src/ucan", "../library/index.ts"],
  ["core-middle", "packages/core/src/sync", "../chat/index.ts"],
  ["core-top", "packages/core/src/chat", "../testing/index.ts"],
  ["core-through-index", "packages/core/src/chat", "../sync/hlc.ts"],
  ["core-has-no-node", "packages/core/src/crypto", "node:fs"],
  ["prisma-only-in-store", "apps/api/src/procedures", "@relite/prisma"],
  ["webdav-server-only-in-engine", "apps/dav/src/methods", "webdav-server"],
  ["ucans-only-in-ucan", "packages/core/src/crypto", "@ucans/core"],
  ["apps-are-apart", "apps/web/src", "../../dav/src/config.ts"],
  ["web-takes-types", "apps/web/src", "../../api/src/router.ts"],
  ["not-to-unresolvable", "packages/core/src/errors", "./nowhere.ts"],
];

export function checkWalls(): Promise<Problems> {
  return runTool("depcruise", [...trees, ...config]);
}

export async function checkWallsCanary(): Promise<Problems> {
  const files = canaries.map(([wall, folder, imported]) => ({
    wall,
    path: `${folder}/canary-${wall}.ts`,
    source: `import * as forbidden from "${imported}";\nexport const canary = forbidden;\n`,
  }));
  try {
    for (const { path, source } of files) writeFileSync(join(root, path), source);
    const { output } = await runBin("depcruise", [
      ...files.map((file) => file.path),
      ...config,
      "--output-type",
      "json",
    ]);
    const reported = reportedWalls(output);
    return files
      .filter(({ wall, path }) => !reported.has(`${wall} ${path}`))
      .map(({ wall, path }) => `the wall ${wall} did not report ${path}`);
  } finally {
    for (const { path } of files) rmSync(join(root, path), { force: true });
  }
}

function reportedWalls(json: string): ReadonlySet<string> {
  const result = JSON.parse(json) as {
    summary: { violations: readonly { from: string; rule: { name: string } }[] };
  };
  return new Set(result.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`));
}
