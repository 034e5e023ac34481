import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconBooks, IconSearchOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { toFailure } from "../api/failure.ts";
import { useSession } from "../app/session.tsx";
import { EmptyState } from "../design/empty-state.tsx";
import { FailureNotice } from "../design/failure-notice.tsx";
import { PageFrame } from "../design/page-frame.tsx";
import { useFormat } from "../design/use-format.ts";
import { MemberGate } from "../setup/member-gate.tsx";
import { BookDrawer } from "./book-drawer.tsx";
import { BookGrid } from "./book-grid.tsx";
import { BookList } from "./book-list.tsx";
import { type LibrarySearch, parseLibrarySearch } from "./library-search.ts";
import { LibraryToolbar } from "./library-toolbar.tsx";
import { isFiltered, useBooks } from "./use-books.ts";

const route = getRouteApi("/library");

export function LibraryPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t("shell.library")}>
      <MemberGate pending={<Waiting />}>
        <Library />
      </MemberGate>
    </PageFrame>
  );
}

function Library() {
  const { trpc } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const connections = useQuery(trpc.connections.list.queryOptions());
  const connectionNames = useMemo(
    () => new Map((connections.data?.items ?? []).map(({ id, name }) => [id, name])),
    [connections.data],
  );
  const change = useCallback(
    (part: Partial<Record<keyof LibrarySearch, unknown>>) =>
      void navigate({ search: (before) => parseLibrarySearch({ ...before, ...part }), replace: true }),
    [navigate],
  );
  if (connections.data?.items.length === 0) return <NoConnections />;
  return (
    <>
      <LibraryToolbar search={search} connectionNames={connectionNames} onChange={change} />
      <Shelf search={search} connectionNames={connectionNames} onChange={change} />
    </>
  );
}

interface ShelfProps {
  readonly search: LibrarySearch;
  readonly connectionNames: ReadonlyMap<string, string>;
  readonly onChange: (part: Partial<Record<keyof LibrarySearch, unknown>>) => void;
}

function Shelf({ search, connectionNames, onChange }: ShelfProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useBooks(search);
  const books = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (list.isPending) return <Waiting />;
  if (list.data === undefined)
    return <FailureNotice failure={toFailure(list.error)} onRetry={() => void list.refetch()} />;
  if (books.length === 0) return isFiltered(search) ? <NothingFound onClear={onChange} /> : <NoBooks />;
  const total = list.data.pages[0]?.total ?? books.length;
  const shelf = { books, onOpen: ({ id }: { id: string }) => onChange({ book: id }), onNearEnd: loadMore };
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs" aria-live="polite">
        {t("library.count", { count: total, number: format.count(total) })}
      </Text>
      {search.view === "grid" ? (
        <BookGrid {...shelf} />
      ) : (
        <BookList {...shelf} connectionNames={connectionNames} />
      )}
      <BookDrawer
        bookId={search.book}
        known={books.find(({ id }) => id === search.book)}
        connectionNames={connectionNames}
        onClose={() => onChange({ book: undefined })}
      />
    </>
  );
}

function NoConnections() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconBooks}
      title={t("library.emptyTitle")}
      actions={
        <Button component={Link} to="/connections">
          {t("connections.addFirst")}
        </Button>
      }
    >
      {t("library.emptyText")}
    </EmptyState>
  );
}

function NoBooks() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconBooks}
      title={t("library.noBooksTitle")}
      actions={
        <Button component={Link} to="/connections">
          {t("library.toConnections")}
        </Button>
      }
    >
      {t("library.noBooksText")}
    </EmptyState>
  );
}

function NothingFound({ onClear }: { readonly onClear: ShelfProps["onChange"] }) {
  const { t } = useTranslation();
  const none = { q: undefined, format: undefined, connection: undefined, read: undefined, show: undefined };
  return (
    <EmptyState
      icon={IconSearchOff}
      title={t("library.nothingTitle")}
      actions={
        <Button variant="default" onClick={() => onClear(none)}>
          {t("library.clearFilters")}
        </Button>
      }
    >
      {t("library.nothingText")}
    </EmptyState>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" mt="md" role="status" aria-label={t("shell.loading")}>
      {["a", "b", "c", "d", "e", "f", "g"].map((key) => (
        <Skeleton key={key} height={52} />
      ))}
    </Stack>
  );
}
