import { type DavEntry, folderOf, nameOf } from "../webdav/index.ts";
import type { BookFacts } from "./book.ts";
import { recogniseFormat, titleFromName } from "./format.ts";
import { searchTextOf, sortKeyOf } from "./search.ts";

/** The book a listed file is; null when its name and type are no book's. */
export function bookFactsOf(entry: DavEntry): BookFacts | null {
  const { path, sizeBytes, etag, modifiedAtMs } = entry;
  const name = nameOf(path);
  const format = recogniseFormat(name, entry.contentType);
  if (format === null) return null;
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
