/** Everything that counts as an owner's used bytes, each as `(owner, bytes)`; what keeps more for owners adds its line. */
const sources: readonly string[] = [
  "SELECT owner, total(size) AS bytes FROM nodes GROUP BY owner",
  "SELECT owner, total(size) AS bytes FROM properties GROUP BY owner",
];

/** `(owner, bytes)` and `(owner, count)` as counted from what is there. */
export const countedBytesSql = `SELECT owner, total(bytes) AS bytes FROM (${sources.join(" UNION ALL ")}) GROUP BY owner`;
export const countedNodesSql = "SELECT owner, count(*) AS count FROM nodes GROUP BY owner";

/** Whether a row of `contents` is somebody's; a table that refers to contents adds itself here. */
export const contentInUseSql = "(EXISTS (SELECT 1 FROM nodes WHERE nodes.content = contents.id))";
