const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    aac: "audio/aac",
    avif: "image/avif",
    azw3: "application/vnd.amazon.ebook",
    cbr: "application/vnd.comicbook-rar",
    cbz: "application/vnd.comicbook+zip",
    css: "text/css; charset=utf-8",
    csv: "text/csv; charset=utf-8",
    djvu: "image/vnd.djvu",
    docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    epub: "application/epub+zip",
    fb2: "application/x-fictionbook+xml",
    flac: "audio/flac",
    gif: "image/gif",
    htm: "text/html; charset=utf-8",
    html: "text/html; charset=utf-8",
    jpeg: "image/jpeg",
    jpg: "image/jpeg",
    js: "text/javascript; charset=utf-8",
    json: "application/json",
    m4a: "audio/mp4",
    m4b: "audio/mp4",
    m4v: "video/mp4",
    md: "text/markdown; charset=utf-8",
    mkv: "video/x-matroska",
    mobi: "application/x-mobipocket-ebook",
    mov: "video/quicktime",
    mp3: "audio/mpeg",
    mp4: "video/mp4",
    oga: "audio/ogg",
    ogg: "audio/ogg",
    ogv: "video/ogg",
    opus: "audio/ogg",
    pdf: "application/pdf",
    png: "image/png",
    rtf: "application/rtf",
    svg: "image/svg+xml",
    txt: "text/plain; charset=utf-8",
    wav: "audio/wav",
    webm: "video/webm",
    webp: "image/webp",
    xml: "application/xml",
    zip: "application/zip",
  }),
);

/** The type of a file that was stored without one. */
export function mediaTypeByName(name: string): string {
  const dot = name.lastIndexOf(".");
  return (dot === -1 ? undefined : typeOfEnding(name.slice(dot + 1))) ?? "application/octet-stream";
}

function typeOfEnding(ending: string): string | undefined {
  return types.get(ending) ?? (/^[a-z0-9]{1,8}$/i.test(ending) ? types.get(ending.toLowerCase()) : undefined);
}

/** A media type that can stand in a header again; what is not one is left out. */
export function mediaTypeOf(text: string | undefined): string | null {
  if (text === undefined || text.length > 200) return null;
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+(\s*;[\x20-\x7e]*)?$/i.test(text) ? text : null;
}
