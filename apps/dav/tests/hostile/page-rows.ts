import type { HostileRow } from "./row.ts";

/** Pages outside the files. */
export const pageRows: readonly HostileRow[] = [
  ["POST /relite/claim", ["Content-Length: 1", "Content-Type: application/json"], "{", 400],
  ["POST /relite/claim", ["Content-Length: 1", "Content-Type: text/plain"], "{", 415],
  ["DELETE /relite/info", [], "", 405],
  ["GET /relite/nothing", [], "", 404],
  ["PUT /healthz", ["Content-Length: 1"], "x", 405],
  ["POST /relite/claim", ["Content-Length: 99999999", "Content-Type: application/json"], "", 413],
  ["POST /relite/claim", [...["Content-Length: 2", "Content-Type: application/json"]], "{}", 400],
  ["OPTIONS *", [], "", 200],
];
