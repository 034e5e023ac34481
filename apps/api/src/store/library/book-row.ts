import type { Book, BookFacts } from "@relite/core/library";
import { bookFormats } from "@relite/core/library";
import { requireStorableText } from "@relite/core/text";
import type { SqlValue } from "@relite/prisma";
import { oneOf, requireWhole } from "../rows.ts";
import { hashPath } from "./path-hash.ts";

/** A row of `Book` as statements by hand give it: the book, its words not yet narrowed. */
export type BookRow = Omit<Book, "format" | "state" | "readState"> &
  Readonly<Record<"format" | "state" | "readState", string>>;

const bookColumns = [
  ...["id", "userId", "connectionId", "path", "folder", "name", "format", "title", "titleKey", "author"],
  ...["authorKey", "series", "searchText", "sizeBytes", "etag", "modifiedAtMs", "metadata", "cover"],
  ...["fingerprint", "state", "readState", "firstRound", "absentRound", "suspectRound", "missingSinceMs"],
  ...["addedAtMs", "changedAtMs"],
] as const;

export const bookFields = bookColumns.map((column) => `"${column}"`).join();

export function toBook(row: BookRow): Book {
  return {
    ...row,
    format: oneOf(row.format, bookFormats),
    state: oneOf(row.state, ["present", "suspect", "missing"]),
    readState: oneOf(row.readState, ["unread", "reading", "finished"]),
  };
}

/** What a listing says of a book, column by column, with the PostgreSQL type; `factValues` gives the values. */
export const factColumns: readonly (readonly [column: string, type: string])[] = [
  ["folderHash", "text"],
  ["pathHash", "text"],
  ["path", "text"],
  ["folder", "text"],
  ["name", "text"],
  ["format", "text"],
  ["title", "text"],
  ["titleKey", "text"],
  ["searchText", "text"],
  ["sizeBytes", "bigint"],
  ["etag", "text"],
  ["modifiedAtMs", "bigint"],
];

/** The longest texts a book may hold, in UTF-16 units; keys stand in an index, which PostgreSQL limits. */
const maxTitleKey = 500;
const maxPath = 8_192;
/** Folding may make eighteen letters of one. */
const maxSearchText = 300_000;

export function factValues(facts: BookFacts): readonly SqlValue[] {
  requireStorableText("path", facts.path, maxPath);
  requireStorableText("title", facts.title, maxPath);
  requireStorableText("titleKey", facts.titleKey, maxTitleKey);
  requireStorableText("searchText", facts.searchText, maxSearchText);
  requireWhole("sizeBytes", facts.sizeBytes);
  requireWhole("modifiedAtMs", facts.modifiedAtMs);
  requireStorableText("etag", facts.etag ?? "", maxPath);
  const { path, folder, name, format, title, titleKey, searchText, sizeBytes, etag, modifiedAtMs } = facts;
  return [
    ...[hashPath(folder), hashPath(path), path, folder, name, format, title, titleKey, searchText],
    ...[sizeBytes, etag, modifiedAtMs],
  ];
}

/** A book that is listed again. */
export const seenAgain = `"state" = 'present', "absentRound" = NULL, "suspectRound" = NULL, "missingSinceMs" = NULL`;
