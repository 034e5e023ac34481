import { existsSync } from "node:fs";
import { join } from "node:path";
import { ReliteError } from "@relite/core/errors";
import Database from "better-sqlite3";
import type { SqliteDatabase } from "../../storage/open-database.ts";
import { isBackup } from "../../storage/timelines.ts";
import type { Content } from "./copy-content.ts";

/** A backup has the form of an endpoint's data folder, so that an endpoint, fsck and stats can be pointed at it. */
export interface BackupLayout {
  /** What `--data` would name. */
  readonly top: string;
  readonly folder: string;
  readonly databaseFile: string;
  readonly blobsFolder: string;
}

export function backupLayout(top: string, name = "dav"): BackupLayout {
  const folder = join(top, name);
  return {
    top,
    folder,
    databaseFile: join(folder, "endpoint.db"),
    blobsFolder: join(folder, "blobs"),
  };
}

/** `none`, a `backup`, or the data an endpoint works with, which no backup and no restore may write over. */
export function stateOf({ databaseFile }: BackupLayout): "none" | "backup" | "data" {
  if (!existsSync(databaseFile)) return "none";
  const db = openReadonly(databaseFile);
  try {
    return isBackup(db) ? "backup" : "data";
  } finally {
    db.close();
  }
}

function openReadonly(file: string): Database.Database {
  try {
    const db = new Database(file, { readonly: true });
    db.prepare("SELECT 1 FROM timelines LIMIT 1").get();
    return db;
  } catch (cause) {
    throw new ReliteError("bad_request", `${file} is no database of an endpoint`, { cause });
  }
}

/** Contents whose bytes are files, with their count and size first. */
export function listContents(db: SqliteDatabase): {
  readonly count: number;
  readonly bytes: number;
  pages(): Generator<readonly Content[]>;
} {
  const sums = db
    .prepare<[], { count: number; bytes: number }>(
      "SELECT count(*) AS count, total(size) AS bytes FROM contents WHERE data IS NULL",
    )
    .get();
  const page = db.prepare<[number], Content & { readonly id: number }>(
    "SELECT id, owner, hash, size FROM contents WHERE data IS NULL AND id > ? ORDER BY id LIMIT 200",
  );
  return {
    count: sums?.count ?? 0,
    bytes: sums?.bytes ?? 0,
    *pages() {
      for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)?.id ?? 0)) yield rows;
    },
  };
}
