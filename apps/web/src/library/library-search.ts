import { type BookFormat, bookFormats } from "@relite/core/library";

export const bookSorts = ["title", "author", "added", "modified", "size"] as const;
export type BookSort = (typeof bookSorts)[number];
export const readStates = ["unread", "reading", "finished"] as const;
export type ReadState = (typeof readStates)[number];

/** The state of the library page that belongs in its address: it survives a reload and can be sent to oneself. */
export interface LibrarySearch {
  readonly q?: string;
  readonly format?: BookFormat;
  readonly connection?: string;
  readonly read?: ReadState;
  /** `missing`: only what vanished; left out: everything that is there. */
  readonly show?: "missing" | "all";
  readonly sort?: BookSort;
  readonly down?: boolean;
  readonly view?: "grid";
  /** The book whose details are open. */
  readonly book?: string;
}

/** Whatever the address bar holds becomes a valid search; unknown values fall away. */
export function parseLibrarySearch(raw: Readonly<Record<string, unknown>>): LibrarySearch {
  const text = (key: string) => {
    const value = raw[key];
    return typeof value === "string" && value !== "" ? value.slice(0, 500) : undefined;
  };
  const oneOf = <Value extends string>(key: string, values: readonly Value[]) =>
    values.find((value) => value === raw[key]);
  return withoutUndefined({
    q: text("q"),
    format: oneOf("format", bookFormats),
    connection: text("connection"),
    read: oneOf("read", readStates),
    show: oneOf("show", ["missing", "all"] as const),
    sort: oneOf("sort", bookSorts),
    down: raw.down === true ? true : undefined,
    view: raw.view === "grid" ? ("grid" as const) : undefined,
    book: text("book"),
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Partial<Defined<T>> {
  const kept = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(kept) as Partial<Defined<T>>;
}
