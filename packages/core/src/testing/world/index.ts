export { readWorldConfig } from "./config.ts";
export { runWorld, type WorldResult } from "./world.ts";
