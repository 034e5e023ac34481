/** The import walls of ARCHITECTURE.md. scripts/check-walls proves by a canary that they are reported. */
const only = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const base = "errors|clock|log|env|text";
const domain = "crypto|ucan|webdav|jobs";
const middle = "library|sync";
const top = "connections|chat|api-client";
const inCore = (parts) => `^packages/core/src/(${parts})/`;

module.exports = {
  forbidden: [
    only("no-cycles", "Modules form a tree.", {}, { circular: true, dependencyTypesNot: ["type-only"] }),
    only(
      "core-is-alone",
      "core imports nothing else of ours.",
      { path: "^packages/core/src" },
      { path: "^(apps|prisma|bench|scripts)/" },
    ),
    only(
      "core-base",
      "The base imports no other part.",
      { path: inCore(base), pathNot: "\\.test\\.ts$" },
      { path: inCore(`${domain}|${middle}|${top}|node|testing`) },
    ),
    only(
      "core-domain",
      "Parts of the second row import the base only.",
      { path: inCore(domain), pathNot: "\\.test\\.ts$|/tests/" },
      { path: inCore(`${middle}|${top}|node|testing`) },
    ),
    only(
      "core-middle",
      "library and sync import downwards only.",
      { path: inCore(middle), pathNot: "\\.test\\.ts$|/tests/" },
      { path: inCore(`${top}|node|testing`) },
    ),
    only(
      "core-top",
      "connections and chat import downwards only.",
      { path: inCore(top), pathNot: "\\.test\\.ts$|/tests/" },
      { path: inCore("node|testing") },
    ),
    only(
      "core-through-index",
      "A folder of core is imported through its index.",
      { path: "^packages/core/src/([^/]+)/", pathNot: "^packages/core/src/testing/" },
      { path: "^packages/core/src/[^/]+/", pathNot: ["^packages/core/src/$1/", "/index\\.ts$"] },
    ),
    only(
      "core-has-no-node",
      "node: stays in core/src/node.",
      { path: "^packages/core/src", pathNot: "^packages/core/src/(node|testing)/|\\.test\\.ts$|/tests/" },
      { dependencyTypes: ["core"] },
    ),
    only(
      "prisma-only-in-store",
      "Only the API's store opens the database.",
      {
        path: "^(apps|packages|bench)/",
        pathNot: "^apps/api/src/(store/|context\\.ts|main\\.ts)|^apps/api/.*\\.test\\.ts$",
      },
      { path: "^prisma/|node_modules/(\\.pnpm/)?@prisma" },
    ),
    only(
      "webdav-server-only-in-engine",
      "Only the endpoint's engine touches the chassis.",
      {
        path: "^(apps|packages)/",
        pathNot: "^apps/dav/src/engine/|\\.test\\.ts$|/tests/|/testing/|^apps/web/e2e/",
      },
      { path: "node_modules/(\\.pnpm/)?webdav-server" },
    ),
    only(
      "ucans-only-in-ucan",
      "Only core/src/ucan touches @ucans.",
      { path: "^(apps|packages|bench|scripts|prisma)/", pathNot: "^packages/core/src/ucan/" },
      { path: "node_modules/(\\.pnpm/)?@ucans" },
    ),
    only(
      "apps-are-apart",
      "Apps never import each other.",
      { path: "^apps/([^/]+)/", pathNot: "^apps/web/e2e/" },
      { path: "^apps/[^/]+/", pathNot: "^apps/$1/|^apps/api/src/router\\.ts$" },
    ),
    only(
      "web-takes-types",
      "The web app takes types only from the API.",
      { path: "^apps/web/src" },
      { path: "^apps/api/", dependencyTypesNot: ["type-only"] },
    ),
    only(
      "not-to-unresolvable",
      "Every import resolves.",
      {},
      { couldNotResolve: true, pathNot: "^virtual:" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(prisma/generated|apps/[^/]+/dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".cjs", ".json"],
    },
    skipAnalysisNotInRules: true,
  },
};
