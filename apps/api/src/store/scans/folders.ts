import type { FolderCommit, FolderFacts, FolderState, KnownBook, KnownFolder } from "@relite/core/library";
import { requireStorableText } from "@relite/core/text";
import type { Sql, SqlValue } from "@relite/prisma";
import { insertRows, isIn, jsonList, updateRows } from "../bulk.ts";
import { hashPath } from "../library/path-hash.ts";
import { oneOf, requireWhole } from "../rows.ts";

const maxPath = 8_192;

interface FolderRow {
  readonly path: string;
  readonly parentHash: string | null;
  readonly etag: string | null;
  readonly modifiedAtMs: number | null;
  readonly listedRound: number;
  readonly failedRound: number;
  readonly isGone: boolean | number;
}

export async function listFolderStates(sql: Sql, connectionId: string): Promise<readonly FolderState[]> {
  const rows = await sql.all<FolderRow>(
    `SELECT "path", "listedRound", "failedRound", "isGone" FROM "Folder" WHERE "connectionId" = ?`,
    [connectionId],
  );
  return rows.map(({ path, listedRound, failedRound, isGone }) => ({
    path,
    listedRound,
    failedRound,
    isGone: Boolean(isGone),
  }));
}

type BookInFolder = Omit<KnownBook, "state"> & { readonly folderHash: string; readonly state: string };

/** The direct content of each path, in the order asked for. */
export async function readFolders(
  sql: Sql,
  connectionId: string,
  paths: readonly string[],
): Promise<readonly KnownFolder[]> {
  const hashes = jsonList(paths.map(hashPath));
  const folders = await sql.all<FolderRow>(
    `SELECT "path", "parentHash", "etag", "modifiedAtMs", "isGone" FROM "Folder"
     WHERE "connectionId" = ? AND ${isIn(sql, "parentHash")}`,
    [connectionId, hashes],
  );
  const books = await sql.all<BookInFolder>(
    `SELECT "id", "path", "folderHash", "sizeBytes", "etag", "modifiedAtMs", "state", "absentRound" FROM "Book"
     WHERE "connectionId" = ? AND ${isIn(sql, "folderHash")}`,
    [connectionId, hashes],
  );
  const foldersByParent = Map.groupBy(folders, (row) => row.parentHash);
  const booksByFolder = Map.groupBy(books, (row) => row.folderHash);
  return paths.map((path) => ({
    path,
    folders: (foldersByParent.get(hashPath(path)) ?? []).map(toChild),
    books: (booksByFolder.get(hashPath(path)) ?? []).map(toKnownBook),
  }));
}

function toChild({ path, etag, modifiedAtMs, isGone }: FolderRow): FolderFacts & { isGone: boolean } {
  return { path, etag, modifiedAtMs, isGone: Boolean(isGone) };
}

function toKnownBook({ folderHash: _folder, state, ...book }: BookInFolder): KnownBook {
  return { ...book, state: oneOf(state, ["present", "suspect", "missing"]) };
}

/** Writes the folders of the commits: listed and failed ones, their children, what went and what came back. */
export async function commitFolderRows(
  tx: Sql,
  connectionId: string,
  round: number,
  commits: readonly FolderCommit[],
): Promise<void> {
  const listed = commits.filter(({ outcome }) => outcome === "listed");
  const failed = commits.filter(({ outcome }) => outcome === "failed");
  await flagSubtrees(tx, connectionId, listed);
  await putFolders(tx, connectionId, [
    ...listed.flatMap(({ folders }) => folders),
    ...listed.map(({ folder }) => folder),
  ]);
  const keyed = (commit: FolderCommit) => [connectionId, hashPath(commit.folder.path), round];
  const keys = [
    ["connectionId", "text"],
    ["pathHash", "text"],
  ] as const;
  const table = "Folder";
  await updateRows(tx, { table, keys, set: [["listedRound", "integer"]], rows: listed.map(keyed) });
  await updateRows(tx, { table, keys, set: [["failedRound", "integer"]], rows: failed.map(keyed) });
}

/** Inserts folders that are new and gives the known ones their facts; none of them is gone. */
async function putFolders(tx: Sql, connectionId: string, folders: readonly FolderFacts[]): Promise<void> {
  const byHash = new Map(folders.map((folder) => [hashPath(folder.path), folder]));
  const known = await tx.all<{ pathHash: string }>(
    `SELECT "pathHash" FROM "Folder" WHERE "connectionId" = ? AND ${isIn(tx, "pathHash")}`,
    [connectionId, jsonList([...byHash.keys()])],
  );
  const isKnown = new Set(known.map(({ pathHash }) => pathHash));
  const inserted: SqlValue[][] = [];
  const updated: SqlValue[][] = [];
  for (const [pathHash, { path, etag, modifiedAtMs }] of byHash) {
    requireStorableText("path", path, maxPath);
    requireStorableText("etag", etag ?? "", maxPath);
    requireWhole("modifiedAtMs", modifiedAtMs);
    if (isKnown.has(pathHash)) updated.push([connectionId, pathHash, etag, modifiedAtMs]);
    else {
      const parentHash = path === "" ? null : hashPath(parentOf(path));
      inserted.push([connectionId, pathHash, path, parentHash, etag, modifiedAtMs, 0, 0, false]);
    }
  }
  await insertRows(
    tx,
    "Folder",
    [
      ...["connectionId", "pathHash", "path", "parentHash", "etag", "modifiedAtMs"],
      ...["listedRound", "failedRound", "isGone"],
    ],
    inserted,
  );
  await updateRows(tx, {
    table: "Folder",
    keys: [
      ["connectionId", "text"],
      ["pathHash", "text"],
    ],
    set: [
      ["etag", "text"],
      ["modifiedAtMs", "bigint"],
    ],
    also: `"isGone" = FALSE`,
    rows: updated,
  });
}

/**
 * Marks what went, and what came back, with everything below. Subtrees are found among the connection's paths here
 * rather than by a pattern in the database, so that `%`, `_` and case mean themselves; only when there is a reason to.
 */
async function flagSubtrees(tx: Sql, connectionId: string, listed: readonly FolderCommit[]): Promise<void> {
  const back = new Set(listed.flatMap(({ folders }) => folders.map(({ path }) => path)));
  const gone = new Set(listed.flatMap(({ goneFolders }) => goneFolders));
  if (back.size > 0) await flagBelow(tx, connectionId, back, false);
  if (gone.size > 0) await flagBelow(tx, connectionId, gone, true);
}

async function flagBelow(
  tx: Sql,
  connectionId: string,
  tops: ReadonlySet<string>,
  isGone: boolean,
): Promise<void> {
  const candidates = await tx.all<{ path: string; pathHash: string }>(
    `SELECT "path", "pathHash" FROM "Folder" WHERE "connectionId" = ? AND "isGone" = ?`,
    [connectionId, !isGone],
  );
  const below = candidates.filter(({ path }) => isBelow(path, tops)).map(({ pathHash }) => pathHash);
  if (below.length === 0) return;
  await tx.run(`UPDATE "Folder" SET "isGone" = ? WHERE "connectionId" = ? AND ${isIn(tx, "pathHash")}`, [
    isGone,
    connectionId,
    jsonList(below),
  ]);
}

/** Whether the path is one of `tops` or lies below one. */
function isBelow(path: string, tops: ReadonlySet<string>): boolean {
  for (let top = path; top !== ""; top = parentOf(top)) if (tops.has(top)) return true;
  return tops.has("");
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
