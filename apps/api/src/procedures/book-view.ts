import { type Book, bookFormats } from "@relite/core/library";
import { z } from "zod";
import { id, instant, toInstant, toInstantOrNull } from "./text.ts";

export const bookFormat = z.enum(bookFormats);
export const bookState = z.enum(["present", "suspect", "missing"]);
export const readState = z.enum(["unread", "reading", "finished"]);

export const bookView = z.object({
  id,
  connectionId: id,
  title: z.string(),
  author: z.string().nullable(),
  series: z.string().nullable(),
  format: bookFormat,
  /** Decoded path below the connection's address. */
  path: z.string(),
  name: z.string(),
  sizeBytes: z.number().nullable(),
  modifiedAt: instant.nullable(),
  /** `suspect` books were absent once and are shown as present. */
  state: bookState,
  readState,
  missingSince: instant.nullable(),
  addedAt: instant,
  changedAt: instant,
});

export function toBookView(book: Book): z.input<typeof bookView> {
  return {
    id: book.id,
    connectionId: book.connectionId,
    title: book.title,
    author: book.author,
    series: book.series,
    format: book.format,
    path: book.path,
    name: book.name,
    sizeBytes: book.sizeBytes,
    modifiedAt: toInstantOrNull(book.modifiedAtMs),
    state: book.state,
    readState: book.readState,
    missingSince: toInstantOrNull(book.missingSinceMs),
    addedAt: toInstant(book.addedAtMs),
    changedAt: toInstant(book.changedAtMs),
  };
}
