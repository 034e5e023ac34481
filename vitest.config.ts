import { defineConfig } from "vitest/config";

const node = (name: string, root: string, include: string[] = ["**/*.test.ts"]) => ({
  extends: true as const,
  test: {
    name,
    root,
    include,
    environment: "node",
    exclude: ["**/node_modules/**", "e2e/**", "**/*.peers.test.ts"],
  },
});

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      node("core", "packages/core"),
      node("dav", "apps/dav"),
      node("prisma", "prisma"),
      node("api", "apps/api"),
      node("web", "apps/web", ["src/**/*.test.ts", "src/**/*.test.tsx"]),
      node("scripts", "scripts"),
    ],
  },
});
