import type { Book, BookState, ReadState } from "./book.ts";
import type { BookFormat } from "./format.ts";

export type BookSort = "title" | "author" | "added" | "modified" | "size";

export interface BookQuery {
  /** Folded words, see `searchWords`: each must occur in `searchText`. */
  readonly words?: readonly string[];
  readonly formats?: readonly BookFormat[];
  readonly connectionId?: string;
  readonly states?: readonly BookState[];
  readonly readStates?: readonly ReadState[];
  /** Default `title`. Unknown authors, times and sizes come as "", 0 and 0. Equal keys are ordered by id, same direction. */
  readonly sort?: BookSort;
  readonly descending?: boolean;
  /** From the last answer's `nextCursor`, with the same query; anything else is `bad_request` with reason `bad_cursor`. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface BookPage {
  readonly items: readonly Book[];
  /** Null on the last page. Walking the pages gives each book once, also when books come and go meanwhile. */
  readonly nextCursor: string | null;
}

export interface BookCounts {
  /** Present and suspect. */
  readonly present: number;
  readonly missing: number;
}

/** The library as its owner sees it. Implementations run `describeBookRepository` of core/testing. */
export interface BookRepository {
  list(userId: string, query: BookQuery): Promise<BookPage>;
  /** How many books the query finds, cursor and limit aside. */
  count(userId: string, query: Omit<BookQuery, "cursor" | "limit">): Promise<number>;
  get(userId: string, id: string): Promise<Book | null>;
  /** The book after the change; null when the user has no such book. */
  setReadState(userId: string, id: string, readState: ReadState): Promise<Book | null>;
  /** By connection id; connections without books may be left out. */
  countByConnection(userId: string): Promise<ReadonlyMap<string, BookCounts>>;
}
