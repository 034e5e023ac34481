import { Text, UnstyledButton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { folderOf } from "@relite/core/webdav";
import { useTranslation } from "react-i18next";
import type { BookRow } from "../api/rows.ts";
import { BookCover } from "./book-cover.tsx";
import styles from "./book-grid.module.css";
import { BookMarks } from "./book-list.tsx";
import { useWindowRows } from "./use-window-rows.ts";

interface Props {
  readonly books: readonly BookRow[];
  readonly onOpen: (book: BookRow) => void;
  readonly onNearEnd: () => void;
}

const wordsPx = 84;

export function BookGrid({ books, onOpen, onNearEnd }: Props) {
  const { t } = useTranslation();
  const { ref: measured, width } = useElementSize();
  const { gapPx, narrowestPx } =
    width < 560 ? { gapPx: 14, narrowestPx: 98 } : { gapPx: 20, narrowestPx: 132 };
  const columns = Math.max(2, Math.floor((width + gapPx) / (narrowestPx + gapPx)));
  const columnPx = (width - gapPx * (columns - 1)) / columns;
  const rowHeight = Math.max(120, Math.round((columnPx * 4) / 3 + wordsPx));
  const rows = useWindowRows({ count: Math.ceil(books.length / columns), rowHeight, onNearEnd });
  return (
    <div ref={measured}>
      <ul
        ref={rows.ref}
        className={styles.grid}
        style={{ height: rows.totalHeight }}
        aria-label={t("library.books")}
      >
        {rows.visible.flatMap(({ index, offset }) =>
          books.slice(index * columns, (index + 1) * columns).map((book, column) => (
            <li
              key={book.id}
              className={styles.item}
              style={{
                width: columnPx,
                transform: `translate(${column * (columnPx + gapPx)}px, ${offset}px)`,
              }}
              aria-setsize={books.length}
              aria-posinset={index * columns + column + 1}
            >
              <BookCard book={book} onOpen={() => onOpen(book)} />
            </li>
          )),
        )}
      </ul>
    </div>
  );
}

function BookCard({ book, onOpen }: { readonly book: BookRow; readonly onOpen: () => void }) {
  return (
    <UnstyledButton
      className={styles.card}
      onClick={onOpen}
      data-missing={book.state === "missing" || undefined}
    >
      <BookCover book={book} size="large" />
      <Text span display="block" size="sm" fw={500} mt={8} truncate>
        {book.title}
      </Text>
      <Text span display="block" size="xs" c="dimmed" truncate>
        {book.author ?? folderOf(book.path)}
      </Text>
      <BookMarks book={book} />
    </UnstyledButton>
  );
}
