import { ReliteError } from "@relite/core/errors";
import { type BookQuery, searchWords } from "@relite/core/library";
import { z } from "zod";
import { router } from "../trpc.ts";
import { bookFormat, bookState, bookView, readState, toBookView } from "./book-view.ts";
import { libraryReader, libraryWriter } from "./capabilities.ts";
import { defined } from "./defined.ts";
import { cursor, id, text } from "./text.ts";

const filter = z.strictObject({
  search: text(500).optional(),
  formats: z.array(bookFormat).max(50).optional(),
  connectionId: id.optional(),
  states: z.array(bookState).max(3).optional(),
  readStates: z.array(readState).max(3).optional(),
  sort: z.enum(["title", "author", "added", "modified", "size"]).optional(),
  descending: z.boolean().optional(),
  cursor: cursor.optional(),
  limit: z.int().min(1).max(200).optional(),
});

const list = libraryReader
  .meta({ rest: { method: "GET", path: "/api/books", summary: "Search, filter and page through my books" } })
  .input(filter)
  .output(
    z.object({
      items: z.array(bookView),
      nextCursor: z.string().nullable(),
      /** How many there are in all; on the first page only. */
      total: z.int().nullable(),
    }),
  )
  .query(async ({ ctx, input }) => {
    const query = toBookQuery(input);
    const page = await ctx.services.books.list(ctx.user.id, query);
    const total = input.cursor === undefined ? await ctx.services.books.count(ctx.user.id, query) : null;
    return { items: page.items.map(toBookView), nextCursor: page.nextCursor, total };
  });

const get = libraryReader
  .meta({ rest: { method: "GET", path: "/api/books/{id}", summary: "One book" } })
  .input(z.strictObject({ id }))
  .output(bookView)
  .query(async ({ ctx, input }) => {
    const book = await ctx.services.books.get(ctx.user.id, input.id);
    if (book === null) throw noSuchBook();
    return toBookView(book);
  });

const setReadState = libraryWriter
  .meta({
    rest: {
      method: "PUT",
      path: "/api/books/{id}/read-state",
      summary: "Mark a book unread, reading or finished",
    },
  })
  .input(z.strictObject({ id, readState }))
  .output(bookView)
  .mutation(async ({ ctx, input }) => {
    const book = await ctx.services.books.setReadState(ctx.user.id, input.id, input.readState);
    if (book === null) throw noSuchBook();
    return toBookView(book);
  });

export const booksRouter = router({ list, get, setReadState });

function toBookQuery({ search, limit = 50, ...rest }: z.output<typeof filter>): BookQuery {
  const words = searchWords(search ?? "");
  return { ...defined(rest), ...(words.length === 0 ? {} : { words }), limit };
}

function noSuchBook(): ReliteError {
  return new ReliteError("not_found", "There is no such book.");
}
