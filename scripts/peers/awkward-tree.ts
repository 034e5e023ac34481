import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { debianBooks, placeBook } from "./debian-books.ts";

/** One name of exactly `bytes` bytes in UTF-8. */
function longName(bytes: number, extension: string): string {
  const room = bytes - Buffer.byteLength(extension);
  return `${"長".repeat(Math.floor(room / 3))}${"x".repeat(room % 3)}${extension}`;
}

/** Paths that servers, URLs, XML and shells like to get wrong; a real file system holds every one. */
export const awkwardPaths: readonly string[] = [
  "plain.epub",
  "with  two  spaces.epub",
  " leading space.epub",
  "100% true.epub",
  "%20 literally.epub",
  "%2F is no slash.pdf",
  "%zz is no escape.epub",
  "#hash and ?question.pdf",
  "?a=b&c=d.epub",
  "a+b=c.epub",
  "Tom & Jerry &amp; friends.epub",
  "it's.epub",
  'say "cheese".pdf',
  "one;two;three=4.epub",
  "<b>bold</b>.epub".replace("/", "∕"),
  "]]> end of data.epub",
  "back\\slash.epub",
  "c:colon.epub",
  "pipe|star*.epub",
  "[brackets] {braces} (parens).epub",
  "`tick` ~tilde^caret.pdf",
  "tab\tstop.epub",
  "三体 · 刘慈欣.epub",
  "吾輩は猫である.pdf",
  "한국어.epub",
  "🦊 and 👩‍👩‍👧.pdf",
  "twins/Caf\u00e9.epub",
  "twins/Cafe\u0301.epub",
  `long/${longName(200, ".epub")}`,
  `${longName(200, "")}/${longName(200, ".pdf")}`,
  ".hidden folder/..inside/found.epub",
  "trailing space /inside .epub",
  "trailing dot./inside..epub",
  "%2e%2e/inside.epub",
  "100%/50%25/#/?/deep.pdf",
  "UPPER.EPUB",
  "archive.fb2.zip",
];

/** Files that are no books: hidden ones, other kinds, a book's name without its extension. */
export const awkwardOthers: readonly string[] = [
  ".hidden.epub",
  "..two dots.epub",
  "._resource fork.epub",
  "cover.jpg",
  "trailing space.epub ",
  "no extension",
  "epub",
];

/** Fills `folder`: generated files under every awkward name that is wanted, and books made by other tools where there are any. */
export function plantAwkwardTree(folder: string, isWanted: (path: string) => boolean = () => true): void {
  for (const [index, path] of [...awkwardPaths, ...awkwardOthers].entries())
    if (isWanted(path)) plantFile(folder, path, 100 + index);
  for (const [index, book] of debianBooks().entries())
    placeBook(book, join(folder, "Debian’s books", `${index} %41 & más`, book.slice(book.lastIndexOf("/"))));
}

/** A file of `size` bytes; its folders come into being. */
export function plantFile(folder: string, path: string, size: number): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), "book".repeat(Math.ceil(size / 4)).slice(0, size));
}

/** Every file below `folder` by its path, with its size. */
export function sizesBelow(folder: string): ReadonlyMap<string, number> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = files.map((path) => [path, statSync(join(folder, path))] as const);
  return new Map(sizes.filter(([, stat]) => stat.isFile()).map(([path, { size }]) => [path, size]));
}
