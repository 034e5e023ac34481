import { etagKey, nameOf } from "../webdav/index.ts";
import type { Book } from "./book.ts";

/** What matching compares of a lost book and of one found at a new place. */
export type MoveCandidate = Pick<Book, "id" | "folder" | "name" | "format" | "sizeBytes" | "etag">;

export interface MatchedMove {
  readonly lostId: string;
  readonly foundId: string;
}

type KeyOf = (book: MoveCandidate) => string | null;

/** From certain to probable; only a key that one lost and one found book have, and nobody else, is a match. */
const keys: readonly KeyOf[] = [
  (book) => withEtag(book, (etag) => [etag, book.name, lastFolder(book)]),
  (book) => withEtag(book, (etag) => [etag, book.name]),
  (book) => withEtag(book, (etag) => [etag]),
  (book) => keyOf(book, [book.name, lastFolder(book)]),
  (book) => keyOf(book, [book.name]),
];

/** Finds which lost books are found ones elsewhere. What could be two is none: it stays lost and new. */
export function matchMoves(
  lost: readonly MoveCandidate[],
  found: readonly MoveCandidate[],
): readonly MatchedMove[] {
  const moves: MatchedMove[] = [];
  let [lostLeft, foundLeft] = [lost, found];
  for (const key of keys) {
    const lostByKey = groupBy(lostLeft, key);
    const foundByKey = groupBy(foundLeft, key);
    const matched = new Set<string>();
    for (const [value, group] of lostByKey) {
      const others = foundByKey.get(value) ?? [];
      const [one, other] = [group[0], others[0]];
      if (group.length !== 1 || others.length !== 1 || one === undefined || other === undefined) continue;
      moves.push({ lostId: one.id, foundId: other.id });
      matched.add(one.id).add(other.id);
    }
    lostLeft = lostLeft.filter((book) => !matched.has(book.id));
    foundLeft = foundLeft.filter((book) => !matched.has(book.id));
  }
  return moves;
}

function groupBy(books: readonly MoveCandidate[], key: KeyOf): ReadonlyMap<string, readonly MoveCandidate[]> {
  const groups = new Map<string, MoveCandidate[]>();
  for (const book of books) {
    const value = key(book);
    if (value === null) continue;
    const group = groups.get(value) ?? [];
    group.push(book);
    groups.set(value, group);
  }
  return groups;
}

function withEtag(book: MoveCandidate, parts: (etag: string) => readonly string[]): string | null {
  const etag = etagKey(book.etag);
  return etag === null ? null : keyOf(book, parts(etag));
}

/** Books without a size, or empty ones, are never matched: too many are alike. */
function keyOf({ sizeBytes, format }: MoveCandidate, parts: readonly string[]): string | null {
  return sizeBytes === null || sizeBytes === 0 ? null : JSON.stringify([sizeBytes, format, ...parts]);
}

function lastFolder(book: MoveCandidate): string {
  return book.folder === "" ? "" : nameOf(book.folder);
}
