import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "@relite/core/log";
import { pino } from "pino";
import type { AuditLog } from "./audit.ts";

export interface Rotation {
  /** A file that has reached this size is put away. */
  readonly maxBytes: number;
  /** How many files put away are kept: `audit.log.1` is the newest. */
  readonly keep: number;
}

/** Takes audit lines of this thread, and those that other threads have made ready. */
export interface AuditFile extends AuditLog {
  /** Whole lines, each with its end. */
  append(lines: string): void;
}

/** Audit lines in `<folder>/audit.log`, one JSON object each, for its user's eyes only (mode 600). */
export function createFileAudit(folder: string, log: Logger, rotation: Rotation): AuditFile {
  const file = join(folder, "audit.log");
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const destination = pino.destination({ dest: file, mode: 0o600, sync: false });
  // A full disk: what waits is written with the next line that fits.
  destination.on("error", (err: Error) => log.error({ err }, "audit lines wait"));

  // Drained: every line so far is in the old file, whole. What comes while the new one is opened waits for it.
  destination.on("drain", () => {
    if (bytes < rotation.maxBytes) return;
    bytes = 0;
    try {
      putAway(file, rotation.keep);
      destination.reopen();
    } catch (err) {
      log.error({ err }, "the audit file goes on as it is");
    }
  });

  const append = (lines: string) => {
    bytes += Buffer.byteLength(lines);
    destination.write(lines);
  };

  return {
    append,
    write: (line) => append(`${JSON.stringify(line)}\n`),
    close: () =>
      new Promise((resolve) => {
        destination.once("close", resolve);
        destination.end();
      }),
  };
}

/** `audit.log` becomes `audit.log.1`, that one `audit.log.2`, and so on; the oldest goes. */
function putAway(file: string, keep: number): void {
  rmSync(`${file}.${keep}`, { force: true });
  for (let index = keep - 1; index >= 1; index -= 1) {
    if (existsSync(`${file}.${index}`)) renameSync(`${file}.${index}`, `${file}.${index + 1}`);
  }
  if (existsSync(file)) renameSync(file, `${file}.1`);
}
