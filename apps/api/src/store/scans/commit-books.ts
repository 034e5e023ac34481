import type { FolderCommit, NewBook, SeenBook } from "@relite/core/library";
import { requireStorableText } from "@relite/core/text";
import type { Sql, SqlValue } from "@relite/prisma";
import { insertRows, isIn, jsonList, type RowUpdate, updateRows } from "../bulk.ts";
import { factColumns, factValues, seenAgain } from "../library/book-row.ts";
import { hashPath } from "../library/path-hash.ts";
import { isPossibleId, requireWhole } from "../rows.ts";

interface Scope {
  readonly userId: string;
  readonly connectionId: string;
  readonly round: number;
}

/** Writes the books of the commits: new, seen again, and absent ones. */
export async function commitBookRows(tx: Sql, scope: Scope, commits: readonly FolderCommit[]): Promise<void> {
  const added = commits.flatMap((commit) => commit.added);
  const seen = commits.flatMap((commit) => commit.seen);
  const absentIds = commits.flatMap((commit) => commit.absentIds).filter(isPossibleId);
  if (added.length > 0) await addBooks(tx, scope, added);
  if (seen.length > 0) await seeBooks(tx, scope, seen);
  await updateRows(tx, {
    table: "Book",
    keys: bookKeys,
    set: [["absentRound", "integer"]],
    rows: absentIds.map((id) => [id, scope.connectionId, scope.round]),
  });
}

const bookKeys: RowUpdate["keys"] = [
  ["id", "text"],
  ["connectionId", "text"],
];

const freshColumns = [
  "id",
  "userId",
  "connectionId",
  "authorKey",
  "state",
  "readState",
  "firstRound",
] as const;
const addedColumns = [...freshColumns, "addedAtMs", "changedAtMs", ...factColumns.map(([column]) => column)];

/** A path that is there already, from a commit before a kill, takes the facts; an id of another path throws. */
async function addBooks(tx: Sql, scope: Scope, added: readonly NewBook[]): Promise<void> {
  const { userId, connectionId, round } = scope;
  const bookByPath = new Map(added.map((book) => [book.path, book]));
  const known = await readKnown(tx, connectionId, added);
  const inserted: SqlValue[][] = [];
  const updated: SqlValue[][] = [];
  for (const [path, book] of bookByPath) {
    const facts = factValues(book);
    const id = known.get(hashPath(path));
    if (id !== undefined) updated.push([id, connectionId, ...facts]);
    else {
      requireStorableText("id", book.id, 500);
      const fresh = [book.id, userId, connectionId, "", "present", "unread", round];
      inserted.push([...fresh, book.addedAtMs, book.addedAtMs, ...facts]);
    }
  }
  await insertRows(tx, "Book", addedColumns, inserted);
  await updateBooks(tx, factColumns, updated);
}

/** Ids by path hash of the books that are in the folders of these. */
async function readKnown(
  tx: Sql,
  connectionId: string,
  books: readonly NewBook[],
): Promise<ReadonlyMap<string, string>> {
  const folders = [...new Set(books.map(({ folder }) => folder))].map(hashPath);
  const rows = await tx.all<{ id: string; pathHash: string }>(
    `SELECT "id", "pathHash" FROM "Book" WHERE "connectionId" = ? AND ${isIn(tx, "folderHash")}`,
    [connectionId, jsonList(folders)],
  );
  return new Map(rows.map(({ id, pathHash }) => [pathHash, id]));
}

async function seeBooks(tx: Sql, { connectionId }: Scope, seen: readonly SeenBook[]): Promise<void> {
  const same: SqlValue[][] = [];
  const changed: SqlValue[][] = [];
  for (const { id, sizeBytes, etag, modifiedAtMs, changedAtMs } of seen) {
    if (!isPossibleId(id)) continue;
    requireStorableText("etag", etag ?? "", 8_192);
    requireWhole("sizeBytes", sizeBytes);
    requireWhole("modifiedAtMs", modifiedAtMs);
    const facts = [id, connectionId, sizeBytes, etag, modifiedAtMs];
    if (changedAtMs === null) same.push(facts);
    else changed.push([...facts, changedAtMs, null]);
  }
  const set: RowUpdate["set"] = [
    ["sizeBytes", "bigint"],
    ["etag", "text"],
    ["modifiedAtMs", "bigint"],
  ];
  await updateBooks(tx, set, same);
  await updateBooks(tx, [...set, ["changedAtMs", "bigint"], ["fingerprint", "text"]], changed);
}

export async function updateBooks(
  tx: Sql,
  set: RowUpdate["set"],
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  await updateRows(tx, {
    table: "Book",
    keys: bookKeys,
    set,
    also: seenAgain,
    rows,
  });
}
