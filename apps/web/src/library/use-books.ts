import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useSession } from "../app/session.tsx";
import type { LibrarySearch } from "./library-search.ts";

const pageSize = 100;
const firstPage: string | null = null;

/** The books of a search, page by page; the pages of the search before stay until the first of the new one is there. */
export function useBooks(search: LibrarySearch) {
  const { api, trpc } = useSession();
  const filter = toFilter(search);
  return useInfiniteQuery({
    queryKey: [...trpc.books.list.pathKey(), filter],
    queryFn: ({ pageParam, signal }) =>
      api.books.list.query({ ...filter, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: firstPage,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });
}

function toFilter(search: LibrarySearch) {
  const { q, format, connection, read, show, sort, down } = search;
  return {
    limit: pageSize,
    ...(q === undefined ? {} : { search: q }),
    ...(format === undefined ? {} : { formats: [format] }),
    ...(connection === undefined ? {} : { connectionId: connection }),
    ...(read === undefined ? {} : { readStates: [read] }),
    ...(show === undefined ? {} : { states: [...statesByShow[show]] }),
    ...(sort === undefined ? {} : { sort }),
    ...(down === undefined ? {} : { descending: down }),
  };
}

const statesByShow = {
  missing: ["missing"],
  all: ["present", "suspect", "missing"],
} as const;

/** Whether anything narrows the list. */
export function isFiltered({ q, format, connection, read, show }: LibrarySearch): boolean {
  return [q, format, connection, read, show].some((one) => one !== undefined);
}
