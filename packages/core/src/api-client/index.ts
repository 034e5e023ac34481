export { type ApiProblem, problemOf } from "./api-problem.ts";
export { type ApiClientOptions, createApiClient } from "./create-api-client.ts";
