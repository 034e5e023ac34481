import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type LedgerEntry, readLedgerLine } from "./ledger-entries.ts";

export interface LedgerFile {
  /** On the disk when it returns. */
  append(entry: LedgerEntry): void;
  /** All lines that can be read; none when there is no file. `broken` counts the others. */
  read(): { readonly entries: readonly LedgerEntry[]; readonly broken: number };
  /** Puts others in the place of all lines, whole or not at all. */
  replace(entries: Iterable<LedgerEntry>): void;
}

/** Where the ledger of a database is. */
export function ledgerPath(databaseFile: string): string {
  return join(dirname(databaseFile), "access-ledger.jsonl");
}

/** JSON lines beside the database; whoever appends holds the database's write lock. */
export function createLedgerFile(path: string): LedgerFile {
  return {
    append(entry) {
      const isNew = !existsSync(path);
      // Each record begins its line: one that was torn before it does not take it along.
      write(path, "a", `\n${JSON.stringify(entry)}`, fdatasyncSync);
      if (isNew) flushFolder(path);
    },
    read() {
      if (!existsSync(path)) return { entries: [], broken: 0 };
      const lines = readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      const entries = lines.map(readLedgerLine).filter((entry) => entry !== null);
      return { entries, broken: lines.length - entries.length };
    },
    replace(entries) {
      const fresh = `${path}.new`;
      write(fresh, "w", [...entries].map((entry) => `\n${JSON.stringify(entry)}`).join(""), fsyncSync);
      renameSync(fresh, path);
      flushFolder(path);
    },
  };
}

function write(path: string, flags: "a" | "w", text: string, flush: (fd: number) => void): void {
  const fd = openSync(path, flags, 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    flush(fd);
  } finally {
    closeSync(fd);
  }
}

function flushFolder(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
