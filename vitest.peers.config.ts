import { defineConfig } from "vitest/config";

/** Tests against programs of the distribution (`npm run peers`). */
export default defineConfig({
  test: {
    include: ["{apps,packages,scripts}/**/*.peers.test.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
