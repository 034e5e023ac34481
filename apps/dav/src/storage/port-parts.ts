import type { ContentFiles } from "../blobs/content-files.ts";
import type { Retention } from "../tree/retention.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { SqliteDatabase } from "./open-database.ts";

/** What a port on the database is made of. */
export interface PortParts {
  readonly db: SqliteDatabase;
  readonly commits: CommitQueue;
  readonly nowMs: () => number;
  readonly files: ContentFiles;
  readonly retention: Retention;
}
