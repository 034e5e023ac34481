import { ReliteError } from "@relite/core/errors";
import { createRefuseRemoved } from "../accounts/refuse-removed.ts";
import { tooLarge } from "../blobs/receive.ts";
import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";
import {
  createUploadRows,
  noUpload,
  rowToUpload,
  tusKind,
  type UploadRow,
  type UploadRows,
} from "./upload-rows.ts";
import type { DroppedUpload, NewUpload, PartRules, Upload, UploadPart, Uploads } from "./uploads.ts";

// Enough for every program a person runs, few enough that begun uploads cannot fill the database.
const maxUploadsPerOwner = 1_000;
const expiredPerCommit = 20;
// Each is a file of its own; those of a tus upload are as many as its connections.
const maxPartsSentApart = 10_000;
// What frees must work on a full disk.
const freeing = { usesReserve: true };

/** The embedded port of files on their way. */
export function createUploads(db: SqliteDatabase, commits: CommitQueue, nowMs: () => number): Uploads {
  const rows = createUploadRows(db);
  const refuseRemoved = createRefuseRemoved(db);
  return {
    find: async ({ owner, app, actor, name }) => {
      const row = rows.byKey.get(owner, app, actor, name);
      return row === undefined || row.expires_ms <= nowMs() ? null : rowToUpload(row);
    },
    list: async ({ owner, app, actor }) =>
      rows.ofActor
        .all(owner, app, actor)
        .filter((row) => row.expires_ms > nowMs())
        .map(rowToUpload),
    findJoined: async ({ owner, app, actor }, { concat, metadata }) => {
      const row = rows.joined.get(owner, app, actor, concat, metadata);
      return row === undefined || row.expires_ms <= nowMs() ? null : rowToUpload(row);
    },
    parts: async (id) => rows.parts.all(id),
    part: async (id, start) => rows.part.get(id, start) ?? null,
    hasFile: async (file) => rows.byFile.get(file) !== undefined,
    create: (fresh) =>
      commits.run(() => {
        refuseRemoved(fresh.owner);
        return create(rows, fresh, nowMs());
      }),
    addPart: (id, part, rules) => commits.run(() => addPart(rows, liveRow(rows, id, nowMs()), part, rules)),
    extendPart: (id, part, fromSize, rules) =>
      commits.run(() => extendPart(rows, liveRow(rows, id, nowMs()), { part, fromSize }, rules)),
    removePart: (id, start) =>
      commits.run(() => removePart(rows, liveRow(rows, id, nowMs()), start), freeing),
    setLength: (id, lengthBytes) =>
      commits.run(() => {
        liveRow(rows, id, nowMs());
        if (rows.setLength.run(lengthBytes, id).changes > 0) return;
        throw new ReliteError("conflict", "The length was said already", { reason: "length_known" });
      }),
    remove: (id) =>
      commits.run(() => {
        const row = rows.byId.get(id);
        if (row === undefined) throw noUpload();
        return drop(rows, row);
      }, freeing),
    expire: (atMs) =>
      commits.run(() => rows.ended.all(atMs, expiredPerCommit).map((row) => drop(rows, row)), freeing),
  };
}

function create(rows: UploadRows, fresh: NewUpload, nowMs: number): Upload {
  const known = rows.byKey.get(fresh.owner, fresh.app, fresh.actor, fresh.name);
  if (known !== undefined) {
    if (known.finished === 0 && known.expires_ms > nowMs) {
      throw new ReliteError("method_not_allowed", "There is an upload of that name already");
    }
    drop(rows, known);
  }
  if ((rows.count.get(fresh.owner)?.count ?? 0) >= maxUploadsPerOwner) {
    throw new ReliteError("insufficient_storage", "Too many uploads are begun and not finished", {
      reason: "too_many_uploads_begun",
    });
  }
  const { lastInsertRowid } = rows.insert.run({
    ...fresh,
    kind: fresh.kind === "tus" ? tusKind : 0,
    target: fresh.target === null ? null : JSON.stringify(fresh.target),
    length: fresh.lengthBytes,
    nowMs,
  });
  return rowToUpload(liveRow(rows, Number(lastInsertRowid), nowMs));
}

function addPart(rows: UploadRows, row: UploadRow, part: UploadPart, rules: PartRules): string | null {
  const before = rows.part.get(row.id, part.start);
  if (rules.isAppended && row.bytes !== part.start) throw otherOffset(row.bytes);
  if (before === undefined && !rules.isAppended && row.parts > maxPartsSentApart) throw tooManyParts();
  const moreBytes = part.size - (before?.size ?? 0);
  admit(rows, row, moreBytes, rules);
  rows.insertPart.run({ ...part, upload: row.id, owner: row.owner });
  rows.changed.run(rules.expiresMs, row.id);
  return before?.file ?? null;
}

function tooManyParts(): ReliteError {
  return new ReliteError("bad_request", `A file is sent in ${maxPartsSentApart} parts at most`, {
    reason: "too_many_parts",
  });
}

function extendPart(
  rows: UploadRows,
  row: UploadRow,
  { part, fromSize }: { readonly part: UploadPart; readonly fromSize: number },
  rules: PartRules,
): void {
  const before = rows.part.get(row.id, part.start);
  const isLast = row.bytes === part.start + fromSize;
  if (before === undefined || before.file !== part.file || before.size !== fromSize || !isLast) {
    throw otherOffset(row.bytes);
  }
  admit(rows, row, part.size - fromSize, rules);
  rows.insertPart.run({ ...part, upload: row.id, owner: row.owner });
  rows.changed.run(rules.expiresMs, row.id);
}

function removePart(rows: UploadRows, row: UploadRow, start: number): string | null {
  const part = rows.part.get(row.id, start);
  if (part === undefined) return null;
  rows.removePart.run(row.id, start);
  rows.changed.run(row.expires_ms, row.id);
  return part.file;
}

function drop(rows: UploadRows, row: UploadRow): DroppedUpload {
  const files = rows.parts.all(row.id).map(({ file }) => file);
  // By itself: rows that go with another's do not always run their trigger.
  rows.removeParts.run(row.id);
  rows.remove.run(row.id);
  return { id: row.id, owner: row.owner, bytes: row.bytes, files };
}

function liveRow(rows: UploadRows, id: number, nowMs: number): UploadRow {
  const row = rows.byId.get(id);
  if (row === undefined || row.finished === 1 || row.expires_ms <= nowMs) throw noUpload();
  return row;
}

function admit(rows: UploadRows, row: UploadRow, moreBytes: number, { maxBytes }: PartRules): void {
  if (row.bytes + moreBytes > maxBytes) throw tooLarge(maxBytes);
  const usage = rows.usage.get(row.owner);
  if (moreBytes <= 0 || usage === undefined || usage.quota_bytes === null) return;
  if (usage.used_bytes + moreBytes <= usage.quota_bytes) return;
  throw new ReliteError("insufficient_storage", "The storage quota is used up", {
    reason: "quota_exceeded",
    details: { quotaBytes: usage.quota_bytes, usedBytes: usage.used_bytes },
  });
}

function otherOffset(offset: number): ReliteError {
  return new ReliteError("conflict", "The upload goes on at another offset", {
    reason: "other_offset",
    details: { offset },
  });
}
