import { createHash } from "node:crypto";
import { ReliteError } from "@relite/core/errors";
import type { Storage } from "../context.ts";
import { countedBytesSql, countedKeptSql, countedNodesSql } from "./usage.ts";

export interface Problem {
  readonly kind:
    | "database"
    | "content_missing"
    | "content_damaged"
    | "node_differs"
    | "usage_differs"
    | "no_parent"
    | "version_differs"
    | "trash_differs"
    | "upload_part_missing"
    | "access_differs"
    | "removed_differs";
  readonly owner: number | null;
  readonly subject: string;
  /** Paths of the files that have a content that is damaged or missing, some of them when there are many. */
  readonly files?: readonly string[];
}

export interface StorageReport {
  readonly nodes: number;
  readonly contents: number;
  readonly bytes: number;
  /** Contents kept for running reads only; garbage collection takes them. */
  readonly unreferenced: number;
  readonly problems: readonly Problem[];
}

interface ContentRow {
  readonly id: number;
  readonly owner: number;
  readonly hash: string;
  readonly size: number;
  readonly unreferenced_ms: number | null;
  readonly data: Buffer | null;
}

export interface CheckWatch {
  readonly cancel?: AbortSignal;
  onTotal?(bytes: number): void;
  onBytes?(more: number): void;
}

/** Compares every row with its neighbours and every content with its hash. Reads all bytes; changes nothing. */
export async function checkStorage(
  { db, blobs, partFiles }: Pick<Storage, "db" | "blobs"> & Partial<Pick<Storage, "partFiles">>,
  { cancel, onTotal, onBytes }: CheckWatch = {},
): Promise<StorageReport> {
  const problems: Problem[] = [...checkRows(db)];
  let contents = 0;
  let bytes = 0;
  let unreferenced = 0;
  const total = db.prepare<[], { bytes: number }>("SELECT total(size) AS bytes FROM contents").get()?.bytes;
  onTotal?.(total ?? 0);
  const files = createFileNames(db);
  const isThere = db.prepare<[number]>("SELECT 1 FROM contents WHERE id = ?");
  const page = db.prepare<[number], ContentRow>("SELECT * FROM contents WHERE id > ? ORDER BY id LIMIT 50");
  for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)?.id ?? 0)) {
    for (const row of rows) {
      contents += 1;
      bytes += row.size;
      if (row.unreferenced_ms !== null) unreferenced += 1;
      const kind = await contentProblem(row, blobs);
      onBytes?.(row.size);
      if (cancel?.aborted) throw new ReliteError("cancelled", "Cancelled");
      // On a running endpoint it may have been collected meanwhile.
      if (kind === null || isThere.get(row.id) === undefined) continue;
      problems.push({ kind, owner: row.owner, subject: row.hash, files: files(row.id) });
    }
  }
  if (partFiles !== undefined) {
    for await (const problem of checkUploadParts({ db, partFiles })) problems.push(problem);
  }
  const nodes = db.prepare<[], { count: number }>("SELECT count(*) AS count FROM nodes").get()?.count ?? 0;
  return { nodes, contents, bytes, unreferenced, problems };
}

/** What is acknowledged of uploads under way is on the disk; a file may hold more, of which nothing was said yet. */
async function* checkUploadParts({
  db,
  partFiles,
}: Pick<Storage, "db" | "partFiles">): AsyncGenerator<Problem> {
  const rows = db.prepare<[], { owner: number; file: string; size: number }>(
    "SELECT owner, file, size FROM upload_parts",
  );
  const isThere = db.prepare<[string]>("SELECT 1 FROM upload_parts WHERE file = ?");
  for (const { owner, file, size } of rows.all()) {
    const found = (await partFiles.sizeOf(owner, file)) ?? -1;
    // On a running endpoint it may have been finished meanwhile.
    if (found >= size || isThere.get(file) === undefined) continue;
    yield { kind: "upload_part_missing", owner, subject: file };
  }
}

async function contentProblem(row: ContentRow, blobs: Storage["blobs"]): Promise<Problem["kind"] | null> {
  const hash = createHash("sha256");
  let size = 0;
  try {
    const whole = { start: 0, end: Number.MAX_SAFE_INTEGER };
    for await (const chunk of row.data === null ? await blobs.open(row.owner, row.hash, whole) : [row.data]) {
      const bytes: Buffer = chunk;
      hash.update(bytes);
      size += bytes.byteLength;
    }
  } catch {
    return "content_missing";
  }
  return size === row.size && hash.digest("hex") === row.hash ? null : "content_damaged";
}

const namedFiles = 20;

function createFileNames(db: Storage["db"]) {
  const sql = db.prepare<[{ content: number; limit: number }], { path: string }>(
    `WITH RECURSIVE up (file, parent, path) AS (
       SELECT * FROM (SELECT id, parent, name FROM nodes WHERE content = @content LIMIT @limit)
       UNION ALL
       SELECT up.file, nodes.parent, nodes.name || '/' || up.path FROM up JOIN nodes ON nodes.id = up.parent
     ) SELECT path FROM up WHERE parent IS NULL ORDER BY path`,
  );
  return (content: number) => sql.all({ content, limit: namedFiles }).map(({ path }) => path);
}

const checks: readonly { readonly kind: Problem["kind"]; readonly sql: string }[] = [
  {
    kind: "node_differs",
    sql: `SELECT nodes.owner, nodes.id || ' ' || nodes.name AS subject FROM nodes LEFT JOIN contents ON contents.id = nodes.content
          WHERE nodes.kind = 1 AND (contents.id IS NULL OR contents.hash <> nodes.hash OR contents.size <> nodes.size
            OR contents.owner <> nodes.owner)`,
  },
  {
    kind: "no_parent",
    sql: `SELECT nodes.owner, nodes.id || ' ' || nodes.name AS subject FROM nodes LEFT JOIN nodes AS above ON above.id = nodes.parent
          LEFT JOIN owners ON owners.root = nodes.id
          WHERE (nodes.parent IS NULL AND owners.id IS NULL)
            OR (nodes.parent IS NOT NULL AND (above.id IS NULL OR above.kind <> 0 OR above.owner <> nodes.owner))`,
  },
  {
    kind: "version_differs",
    sql: `SELECT versions.owner, 'version ' || versions.id AS subject FROM versions
          LEFT JOIN contents ON contents.id = versions.content LEFT JOIN nodes ON nodes.id = versions.node
          WHERE contents.id IS NULL OR contents.hash <> versions.hash OR contents.size <> versions.size
            OR contents.owner <> versions.owner OR nodes.id IS NULL OR nodes.kind <> 1 OR nodes.owner <> versions.owner`,
  },
  {
    kind: "trash_differs",
    sql: `SELECT owner, id || ' ' || name AS subject FROM (
            SELECT nodes.owner, nodes.id, nodes.name, trash.node, trash.app, apps.name AS home, trash.owner AS listed
            FROM owners JOIN nodes AS top ON top.parent = owners.root AND top.name = 'trash'
            JOIN nodes AS apps ON apps.parent = top.id AND apps.name <> '.purge' JOIN nodes ON nodes.parent = apps.id
            LEFT JOIN trash ON trash.node = nodes.id
            WHERE owners.removed_ms IS NULL)
          WHERE node IS NULL OR app <> home OR listed <> owner
          UNION ALL
          SELECT trash.owner, trash.node || ' ' || trash.path FROM trash LEFT JOIN nodes ON nodes.id = trash.node
          LEFT JOIN nodes AS apps ON apps.id = nodes.parent LEFT JOIN nodes AS top ON top.id = apps.parent
          LEFT JOIN owners ON owners.root = top.parent AND owners.id = trash.owner
          WHERE (owners.id IS NULL OR top.name <> 'trash' OR apps.name <> trash.app)
            AND trash.owner NOT IN (SELECT id FROM owners WHERE removed_ms IS NOT NULL)`,
  },
  {
    kind: "access_differs",
    sql: `SELECT owner, kind || ' ' || id AS subject FROM credentials
          WHERE length(secret_hash) <> 64 OR length(token_id) <> 64 OR kind NOT IN ('app-password', 'share')
            OR (revoked_ms IS NULL) <> (token <> '')
          UNION ALL SELECT made.owner, made.kind || ' ' || made.id FROM credentials AS made
            LEFT JOIN credentials AS parent ON parent.id = made.parent AND parent.owner = made.owner
            WHERE made.parent IS NOT NULL AND made.revoked_ms IS NULL AND (parent.id IS NULL OR parent.revoked_ms IS NOT NULL)
          UNION ALL SELECT owner, 'login of ' || agent FROM logins WHERE length(poll_hash) <> 64 OR length(page_hash) <> 64
            OR (owner IS NULL) <> (resource IS NULL)
          UNION ALL SELECT owner, 'revocation ' || token_id FROM revocations WHERE length(token_id) <> 64
          UNION ALL SELECT NULL, 'the count of revocations is missing' WHERE NOT EXISTS (SELECT 1 FROM access_revision)`,
  },
  {
    kind: "removed_differs",
    sql: `SELECT id AS owner, 'a removed owner can still come in' AS subject FROM owners WHERE removed_ms IS NOT NULL
            AND (disabled_ms IS NULL OR admin <> 0 OR EXISTS (SELECT 1 FROM owner_dids WHERE owner = owners.id)
              OR EXISTS (SELECT 1 FROM credentials WHERE owner = owners.id))
          UNION ALL SELECT id, 'an emptied owner has something left' FROM owners WHERE emptied_ms IS NOT NULL
            AND (removed_ms IS NULL OR root IS NOT NULL OR used_nodes <> 0
              OR EXISTS (SELECT 1 FROM changes WHERE owner = owners.id)
              OR EXISTS (SELECT 1 FROM uploads WHERE owner = owners.id))`,
  },
  {
    kind: "usage_differs",
    sql: `SELECT owners.id AS owner, 'counted ' || ifnull(counted.bytes, 0) || ' bytes, ' || ifnull(nodes.count, 0)
            || ' nodes' AS subject
          FROM owners
          LEFT JOIN (${countedBytesSql}) AS counted ON counted.owner = owners.id
          LEFT JOIN (${countedNodesSql}) AS nodes ON nodes.owner = owners.id
          WHERE owners.used_bytes <> ifnull(counted.bytes, 0) OR owners.used_nodes <> ifnull(nodes.count, 0)`,
  },
  {
    kind: "usage_differs",
    sql: `SELECT owners.id AS owner, 'kept ' || ifnull(kept.bytes, 0) || ' bytes' AS subject FROM owners
          LEFT JOIN (${countedKeptSql}) AS kept ON kept.owner = owners.id WHERE owners.kept_bytes <> ifnull(kept.bytes, 0)`,
  },
];

function* checkRows(db: Storage["db"]): Generator<Problem> {
  const integrity = db.prepare<[], { integrity_check: string }>("PRAGMA integrity_check").all();
  for (const { integrity_check: subject } of integrity) {
    if (subject !== "ok") yield { kind: "database", owner: null, subject };
  }
  for (const { kind, sql } of checks) {
    for (const row of db.prepare<[], { owner: number; subject: string }>(sql).all()) yield { kind, ...row };
  }
}
