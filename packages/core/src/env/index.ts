export { parseBytes, parseDurationMs } from "./quantities.ts";
export { readEnv } from "./read-env.ts";
