import { ReliteError } from "@relite/core/errors";
import { z } from "zod";
import type { SqliteDatabase } from "../storage/open-database.ts";
import { partialConcat, type Upload, type UploadClaim, type UploadPart } from "./uploads.ts";

export interface UploadRow {
  readonly id: number;
  readonly owner: number;
  readonly app: string;
  readonly actor: string;
  readonly name: string;
  readonly kind: number;
  readonly target: string | null;
  readonly length: number | null;
  readonly metadata: string | null;
  readonly concat: string | null;
  readonly finished: number;
  readonly version: number;
  readonly created_ms: number;
  readonly expires_ms: number;
  readonly bytes: number;
  readonly parts: number;
}

export const tusKind = 1;

const withSums = `SELECT uploads.*, ifnull(total(upload_parts.size), 0) AS bytes, count(upload_parts.start) AS parts
  FROM uploads LEFT JOIN upload_parts ON upload_parts.upload = uploads.id`;

export type UploadRows = ReturnType<typeof createUploadRows>;

export function createUploadRows(db: SqliteDatabase) {
  return {
    byKey: db.prepare<[number, string, string, string], UploadRow>(
      `${withSums} WHERE uploads.owner = ? AND app = ? AND actor = ? AND uploads.name = ? GROUP BY uploads.id`,
    ),
    byId: db.prepare<[number], UploadRow>(`${withSums} WHERE uploads.id = ? GROUP BY uploads.id`),
    ofActor: db.prepare<[number, string, string], UploadRow>(
      `${withSums} WHERE uploads.owner = ? AND app = ? AND actor = ? AND finished = 0
       GROUP BY uploads.id ORDER BY uploads.name`,
    ),
    joined: db.prepare<[number, string, string, string, string], UploadRow>(
      `${withSums} WHERE uploads.owner = ? AND app = ? AND actor = ? AND concat = ? AND metadata = ? AND finished = 1
       GROUP BY uploads.id LIMIT 1`,
    ),
    count: db.prepare<[number], { count: number }>("SELECT count(*) AS count FROM uploads WHERE owner = ?"),
    ended: db.prepare<[number, number], UploadRow>(
      `${withSums} WHERE expires_ms <= ? GROUP BY uploads.id LIMIT ?`,
    ),
    insert: db.prepare(
      `INSERT INTO uploads (owner, app, actor, name, kind, target, length, metadata, concat, created_ms, expires_ms)
       VALUES (@owner, @app, @actor, @name, @kind, @target, @length, @metadata, @concat, @nowMs, @expiresMs)`,
    ),
    changed: db.prepare<[number, number]>(
      "UPDATE uploads SET version = version + 1, expires_ms = ? WHERE id = ?",
    ),
    setLength: db.prepare<[number, number]>("UPDATE uploads SET length = ? WHERE id = ? AND length IS NULL"),
    finish: db.prepare<[number]>("UPDATE uploads SET finished = 1, version = version + 1 WHERE id = ?"),
    remove: db.prepare<[number]>("DELETE FROM uploads WHERE id = ?"),
    parts: db.prepare<[number], UploadPart>(
      "SELECT start, name, size, file, hash FROM upload_parts WHERE upload = ? ORDER BY start",
    ),
    part: db.prepare<[number, number], UploadPart>(
      "SELECT start, name, size, file, hash FROM upload_parts WHERE upload = ? AND start = ?",
    ),
    byFile: db.prepare<[string], { upload: number }>("SELECT upload FROM upload_parts WHERE file = ?"),
    insertPart: db.prepare(
      `INSERT INTO upload_parts (upload, owner, start, name, size, file, hash)
       VALUES (@upload, @owner, @start, @name, @size, @file, @hash)
       ON CONFLICT (upload, start) DO UPDATE SET name = @name, size = @size, file = @file, hash = @hash`,
    ),
    removePart: db.prepare<[number, number]>("DELETE FROM upload_parts WHERE upload = ? AND start = ?"),
    removeParts: db.prepare<[number]>("DELETE FROM upload_parts WHERE upload = ?"),
    usage: db.prepare<[number], { quota_bytes: number | null; used_bytes: number }>(
      "SELECT quota_bytes, used_bytes FROM owners WHERE id = ?",
    ),
  };
}

const targetJson = z.object({ app: z.string(), segments: z.array(z.string()) });

export function rowToUpload(row: UploadRow): Upload {
  return {
    id: row.id,
    owner: row.owner,
    app: row.app,
    actor: row.actor,
    name: row.name,
    kind: row.kind === tusKind ? "tus" : "chunked",
    target: row.target === null ? null : targetJson.parse(JSON.parse(row.target)),
    lengthBytes: row.length,
    metadata: row.metadata,
    concat: row.concat,
    sizeBytes: row.finished === 1 ? (row.length ?? 0) : row.bytes,
    parts: row.parts,
    isFinished: row.finished === 1,
    version: row.version,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
  };
}

/**
 * Inside the transaction that writes the finished file: the upload must be as it was when the file was made of it. Its
 * parts go and give their bytes back; of a tus upload it is remembered that it is finished.
 */
export function consumeUpload(
  rows: UploadRows,
  owner: number,
  { id, version, partials = [] }: UploadClaim,
): void {
  for (const partial of partials) consumeUpload(rows, owner, partial);
  const row = rows.byId.get(id);
  if (row === undefined || row.owner !== owner || row.finished === 1) throw noUpload();
  if (row.version !== version) {
    throw new ReliteError("conflict", "The upload changed while it was being finished", {
      reason: "upload_changed",
    });
  }
  rows.removeParts.run(id);
  if (row.kind === tusKind && row.concat !== partialConcat) rows.finish.run(id);
  else rows.remove.run(id);
}

export function noUpload(): ReliteError {
  return new ReliteError("not_found", "There is no such upload", { reason: "no_upload" });
}
