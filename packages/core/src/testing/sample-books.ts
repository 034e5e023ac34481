import { crc32 } from "node:zlib";

const encoder = new TextEncoder();

/** A small real book per format, as bytes: EPUB and CBZ are ZIP files, the PDF has a cross-reference table. */
export function sampleBook(
  format: "epub" | "pdf" | "txt" | "cbz" | "fb2" | "md" | "html" | "rtf",
  title: string,
): Uint8Array {
  switch (format) {
    case "epub":
      return zip(epubFiles(title));
    case "cbz":
      return zip([
        ["001.png", onePixelPng],
        ["002.png", onePixelPng],
      ]);
    case "pdf":
      return encoder.encode(pdfText(title));
    case "fb2":
      return encoder.encode(
        `<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><book-title>${escapeXml(title)}</book-title></title-info></description><body><section><p>Text.</p></section></body></FictionBook>`,
      );
    case "html":
      return encoder.encode(`<!doctype html><title>${escapeXml(title)}</title><p>Text.`);
    case "rtf":
      return encoder.encode(`{\\rtf1\\ansi ${title.replaceAll(/[^\x20-\x7e]/g, "?")}}`);
    case "md":
      return encoder.encode(`# ${title}\n\nText.\n`);
    case "txt":
      return encoder.encode(`${title}\n\nText.\n`);
  }
}

type ZipFile = readonly [name: string, content: Uint8Array];

function epubFiles(title: string): readonly ZipFile[] {
  const text = (name: string, content: string): ZipFile => [name, encoder.encode(content)];
  return [
    text("mimetype", "application/epub+zip"),
    text(
      "META-INF/container.xml",
      '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    ),
    text(
      "book.opf",
      `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:relite:sample</dc:identifier><dc:title>${escapeXml(title)}</dc:title><dc:language>en</dc:language></metadata><manifest><item id="c1" href="c1.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c1"/></spine></package>`,
    ),
    text(
      "c1.xhtml",
      `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>${escapeXml(title)}</title></head><body><p>Text.</p></body></html>`,
    ),
  ];
}

/** A ZIP file with stored entries (APPNOTE 4.3), names in UTF-8. */
function zip(files: readonly ZipFile[]): Uint8Array {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const nameBytes = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x0800, 2);
    facts.writeUInt32LE(0x5a_21_00_00, 6);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(nameBytes.length, 22);
    const body = Buffer.concat([Buffer.from("PK\u0003\u0004"), facts, nameBytes, content]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), facts, tail, nameBytes]));
    bodies.push(body);
    offset += body.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", 0, "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, index, end]);
}

function pdfText(title: string): string {
  const ascii = title.replaceAll(/[^\x20-\x7e]|[()\\]/g, "?");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    `<< /Title (${ascii}) >>`,
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const start = text.length;
  return `${text}xref\n0 5\n0000000000 65535 f \n${rows}trailer\n<< /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n${start}\n%%EOF\n`;
}

const onePixelPng = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
