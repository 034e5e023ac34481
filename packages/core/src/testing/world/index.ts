export { runWorld, type WorldResult } from "./world.ts";
