/** Everything that counts as an owner's used bytes, each as `(owner, bytes)`; what keeps more for owners adds its line. */
const sources: readonly string[] = [
  "SELECT owner, total(size) AS bytes FROM nodes GROUP BY owner",
  "SELECT owner, total(size) AS bytes FROM properties GROUP BY owner",
  "SELECT owner, total(size) AS bytes FROM versions GROUP BY owner",
  "SELECT owner, total(size) AS bytes FROM upload_parts GROUP BY owner",
];

/** `(owner, bytes)` and `(owner, count)` as counted from what is there. */
export const countedBytesSql = `SELECT owner, total(bytes) AS bytes FROM (${sources.join(" UNION ALL ")}) GROUP BY owner`;
/** `(owner, bytes)` of what is kept for the time being and gives way to writes: part of the used bytes. */
export const countedKeptSql = `SELECT owner, total(bytes) AS bytes FROM (SELECT owner, size AS bytes FROM versions
  UNION ALL SELECT owner, bytes FROM trash WHERE bytes IS NOT NULL) GROUP BY owner`;
export const countedNodesSql = "SELECT owner, count(*) AS count FROM nodes GROUP BY owner";

/** Whether a row of `contents` is somebody's; a table that refers to contents adds itself here. */
export const contentInUseSql =
  "(EXISTS (SELECT 1 FROM nodes WHERE nodes.content = contents.id) OR EXISTS (SELECT 1 FROM versions WHERE versions.content = contents.id))";
