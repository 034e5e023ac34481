import { defineConfig } from "vitest/config";

/** One real PostgreSQL for the run, and the typed clients. */
const databases = `${import.meta.dirname}/prisma/src/testing/global-setup.ts`;

/** The browser of the registry, ready to start. */
const browser = `${import.meta.dirname}/apps/web/e2e/unpack-browser.ts`;

const node = (
  name: string,
  root: string,
  include: string[] = ["**/*.test.ts"],
  globalSetup: string[] = [],
) => ({
  extends: true as const,
  test: {
    name,
    root,
    include,
    globalSetup,
    environment: "node",
    exclude: ["**/node_modules/**", "**/*.peers.test.ts"],
  },
});

export default defineConfig({
  test: {
    // Much of the work is waiting: for processes to start, for the disk, for a browser.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      node("core", "packages/core"),
      node("dav", "apps/dav"),
      node("prisma", "prisma", undefined, [databases]),
      node("api", "apps/api", undefined, [databases]),
      node("web", "apps/web", ["src/**/*.test.ts", "src/**/*.test.tsx"]),
      node("scripts", "scripts"),
      node("e2e", "apps/web/e2e", undefined, [browser]),
    ],
  },
});
