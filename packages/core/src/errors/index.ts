export { type ErrorCode, statusByCode } from "./codes.ts";
export { type ErrorFacts, isReliteError, ReliteError } from "./relite-error.ts";
