import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ensurePackage } from "./packages.ts";

const booksByPackage: Readonly<Record<string, readonly string[]>> = {
  "developers-reference": [
    "/usr/share/developers-reference/developers-reference.epub",
    "/usr/share/developers-reference/developers-reference.pdf",
  ],
  "debian-policy": ["/usr/share/doc/debian-policy/policy.epub", "/usr/share/doc/debian-policy/policy.pdf.gz"],
};

/** Real books made by other tools, from the distribution's packages; empty where they cannot be installed. */
export function debianBooks(): readonly string[] {
  return Object.entries(booksByPackage).flatMap(([name, files]) => {
    ensurePackage(name, () => existsSync(files[0] ?? ""));
    return files.filter((file) => existsSync(file));
  });
}

/** Copies a book to `target`, unpacking a `.gz`; answers the path written. */
export function placeBook(book: string, target: string): string {
  mkdirSync(dirname(target), { recursive: true });
  if (!book.endsWith(".gz")) {
    copyFileSync(book, target);
    return target;
  }
  const plain = join(dirname(target), basename(target, ".gz"));
  spawnSync("sh", ["-c", 'gzip -dc "$0" > "$1"', book, plain]);
  return plain;
}
