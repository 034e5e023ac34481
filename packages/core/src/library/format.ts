export const bookFormats = [
  "epub",
  "pdf",
  "mobi",
  "azw",
  "azw3",
  "fb2",
  "fb2.zip",
  "cbz",
  "cbr",
  "cb7",
  "cbt",
  "djvu",
  "txt",
  "md",
  "html",
  "docx",
  "doc",
  "odt",
  "rtf",
  "lit",
  "lrf",
  "pdb",
  "prc",
  "chm",
  "xps",
  "kfx",
] as const;

/** Formats Relite recognises as books, named by their usual extension. */
export type BookFormat = (typeof bookFormats)[number];

const formatByExtension: Readonly<Record<string, BookFormat>> = {
  ...Object.fromEntries(bookFormats.map((format) => [format, format])),
  "fb2.zip": "fb2.zip",
  fbz: "fb2.zip",
  kepub: "epub",
  azw4: "azw",
  djv: "djvu",
  text: "txt",
  markdown: "md",
  htm: "html",
  xhtml: "html",
  oxps: "xps",
};

const formatByType: Readonly<Record<string, BookFormat>> = {
  "application/epub+zip": "epub",
  "application/pdf": "pdf",
  "application/x-mobipocket-ebook": "mobi",
  "application/vnd.amazon.ebook": "azw",
  "application/vnd.amazon.mobi8-ebook": "azw3",
  "application/x-fictionbook+xml": "fb2",
  "application/x-zip-compressed-fb2": "fb2.zip",
  "application/vnd.comicbook+zip": "cbz",
  "application/x-cbz": "cbz",
  "application/vnd.comicbook-rar": "cbr",
  "application/x-cbr": "cbr",
  "image/vnd.djvu": "djvu",
  "text/plain": "txt",
  "text/markdown": "md",
  "text/html": "html",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/msword": "doc",
  "application/vnd.oasis.opendocument.text": "odt",
  "application/rtf": "rtf",
  "text/rtf": "rtf",
};

/** The format by the name's extension (`.fb2.zip` before `.zip`), else by media type; null: not a book. */
export function recogniseFormat(name: string, mediaType?: string | null): BookFormat | null {
  const extension = extensionOf(name);
  if (extension !== null) return lookUp(formatByExtension, extension);
  if (isHidden(name)) return null;
  const type = mediaType?.split(";")[0]?.trim().toLowerCase();
  return type === undefined ? null : lookUp(formatByType, type);
}

/** The file name as a first title: extension off, underscores as spaces. */
export function titleFromName(name: string): string {
  const extension = recogniseFormat(name) === null ? null : extensionOf(name);
  const stem = extension === null ? name : name.slice(0, name.length - extension.length - 1);
  const title = stem.replaceAll("_", " ").replaceAll(/\s+/g, " ").trim();
  return title === "" ? name : title;
}

function extensionOf(name: string): string | null {
  // `.name` is a hidden file, `._name.epub` the resource fork that macOS leaves beside the real file.
  if (isHidden(name)) return null;
  const match = /\.(fb2\.zip|[^.\s]{1,12})$/i.exec(name);
  const extension = match?.[1]?.toLowerCase();
  return extension === undefined ? null : extension;
}

function isHidden(name: string): boolean {
  return name.startsWith(".");
}

function lookUp(table: Readonly<Record<string, BookFormat>>, key: string): BookFormat | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}
