import { Badge, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { BookRow } from "../api/rows.ts";
import { useFormat } from "../design/use-format.ts";
import { BookCover } from "./book-cover.tsx";
import styles from "./book-list.module.css";
import { useWindowRows } from "./use-window-rows.ts";

interface Props {
  readonly books: readonly BookRow[];
  readonly connectionNames: ReadonlyMap<string, string>;
  readonly onOpen: (book: BookRow) => void;
  readonly onNearEnd: () => void;
}

const rowHeight = 68;

export function BookList({ books, connectionNames, onOpen, onNearEnd }: Props) {
  const { t } = useTranslation();
  const rows = useWindowRows({ count: books.length, rowHeight, onNearEnd });
  return (
    <ul
      ref={rows.ref}
      className={styles.list}
      style={{ height: rows.totalHeight }}
      aria-label={t("library.books")}
    >
      {rows.visible.map(({ index, offset }) => {
        const book = books[index];
        if (book === undefined) return null;
        return (
          <li
            key={book.id}
            className={styles.item}
            style={{ transform: `translateY(${offset}px)` }}
            aria-setsize={books.length}
            aria-posinset={index + 1}
          >
            <BookLine
              book={book}
              place={connectionNames.get(book.connectionId)}
              onOpen={() => onOpen(book)}
            />
          </li>
        );
      })}
    </ul>
  );
}

function BookLine(props: {
  readonly book: BookRow;
  readonly place: string | undefined;
  readonly onOpen: () => void;
}) {
  const { book } = props;
  const format = useFormat();
  return (
    <UnstyledButton
      className={styles.line}
      onClick={props.onOpen}
      data-missing={book.state === "missing" || undefined}
    >
      <BookCover book={book} size="small" />
      <span className={styles.words}>
        <Text span display="block" fw={500} truncate>
          {book.title}
        </Text>
        <Text span display="block" size="sm" c="dimmed" truncate>
          {book.author ?? book.path}
        </Text>
      </span>
      <BookMarks book={book} />
      <Text span size="sm" c="dimmed" className={styles.place} truncate>
        {props.place}
      </Text>
      <Text span size="sm" c="dimmed" className={styles.number}>
        {book.sizeBytes === null ? "" : format.bytes(book.sizeBytes)}
      </Text>
    </UnstyledButton>
  );
}

/** Reading state and absence, as small as they can be. */
export function BookMarks({ book }: { readonly book: BookRow }) {
  const { t } = useTranslation();
  if (book.state === "missing")
    return (
      <Badge variant="light" color="orange" tt="none" fw={500}>
        {t("library.state.missing")}
      </Badge>
    );
  if (book.readState === "unread") return null;
  return (
    <Badge variant="light" color={book.readState === "reading" ? "blue" : "pine"} tt="none" fw={500}>
      {t(`library.read.${book.readState}`)}
    </Badge>
  );
}
