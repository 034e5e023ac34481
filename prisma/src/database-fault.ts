import { ReliteError } from "@relite/core/errors";

/** What the driver said: SQLite's, PostgreSQL's and the system's codes, and Prisma's where it hides the driver's. */
const isFull = /^(SQLITE_FULL|53100|ENOSPC|EDQUOT)$/u;
const isBusy = /^(SQLITE_BUSY|SQLITE_LOCKED|40001|40P01|55P03|P1008|P2028|P2034)/u;
const isAway =
  /^(SQLITE_(IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB)|08|57P|53|3D000|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|P1001|P1002|P1017|P2024|P2037)/u;

/**
 * The state of the database that an error speaks of, null for any other error: `insufficient_storage`/`disk_full`,
 * `unavailable`/`database_busy` or `database_away`. The error stays as the cause; its text names tables and hosts.
 */
export function toDatabaseFault(error: unknown): ReliteError | null {
  const codes = codesOf(error);
  if (codes.some((code) => isFull.test(code))) {
    return new ReliteError("insufficient_storage", "The server's disk is full.", {
      reason: "disk_full",
      cause: error,
    });
  }
  const reason = codes.some((code) => isBusy.test(code))
    ? "database_busy"
    : codes.some((code) => isAway.test(code))
      ? "database_away"
      : null;
  if (reason === null) return null;
  return new ReliteError("unavailable", "The server's database does not answer; try again.", {
    reason,
    cause: error,
  });
}

function codesOf(error: unknown): readonly string[] {
  const driver = at(at(at(error, "meta"), "driverAdapterError"), "cause");
  return [at(error, "code"), at(driver, "originalCode")].filter((code) => typeof code === "string");
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
