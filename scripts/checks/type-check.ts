import { type Problems, runTool } from "./tool.ts";

const projects = [
  ".",
  "packages/core",
  "packages/core/tsconfig.node.json",
  "prisma",
  "apps/api",
  "apps/dav",
  "apps/web",
  "bench",
];

export async function checkTypes(): Promise<Problems> {
  const results: Problems[] = [];
  for (const project of projects) results.push(await runTool("tsc", ["-p", project]));
  return results.flat();
}
