import { folderOf, nameOf } from "../webdav/index.ts";
import type { BookFacts } from "./book.ts";
import { titleFromName } from "./format.ts";
import type { ListedBook } from "./listing.ts";
import { searchTextOf, sortKeyOf } from "./search.ts";

/** What the index keeps of a listed book; all that follows from its path is worked out here. */
export function bookFactsOf({ path, format, sizeBytes, etag, modifiedAtMs }: ListedBook): BookFacts {
  const name = nameOf(path);
  const title = titleFromName(name);
  return {
    path,
    folder: folderOf(path),
    name,
    format,
    title,
    titleKey: sortKeyOf(title),
    searchText: searchTextOf({ title, author: null, series: null, path }),
    sizeBytes,
    etag,
    modifiedAtMs,
  };
}
