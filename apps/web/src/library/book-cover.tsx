import type { BookRow } from "../api/rows.ts";
import styles from "./book-cover.module.css";
import { coverTone } from "./cover-tone.ts";

const tones = 8;

/** Stands in for a cover: title and format on one of a few quiet tones. */
export function BookCover({ book, size }: { readonly book: BookRow; readonly size: "small" | "large" }) {
  return (
    <div className={styles.cover} data-size={size} data-tone={coverTone(book.title, tones)} aria-hidden>
      {size === "large" && <span className={styles.title}>{book.title}</span>}
      <span className={styles.format}>{book.format}</span>
    </div>
  );
}
