import type { SqliteDatabase } from "../storage/open-database.ts";
import { foldLedger, type LedgerEntry, readLedgerLine } from "./ledger-entries.ts";
import type { LedgerFile } from "./ledger-file.ts";
import { mergeEntry } from "./merge-entry.ts";

/** What a merge closed that the database had open, and lines it could not read. */
export interface Merged {
  readonly tokens: number;
  readonly devices: number;
  readonly credentials: number;
  /** Disabled: they were disabled, or removed, after this database was copied. */
  readonly owners: number;
  readonly broken: number;
}

/**
 * What was closed at this endpoint (tokens, devices, app passwords, shares, owners), kept beside the database so that a
 * database from a backup learns of it: a restore must not open what was closed since.
 */
export interface AccessLedger {
  /** From now on whatever is closed or opened on this connection is noted before its transaction commits, or fails. */
  attach(): void;
  /** Closes what the ledger has closed; opens nothing. Then the ledger has all that the database has. */
  merge(nowMs: number): Merged;
}

const dayMs = 86_400_000;
/** As long as the database remembers revoked tokens after their end. */
const mergedAfterEndMs = 30 * dayMs;
/** Longer by more than any clock is likely to be ahead for a while. */
const keptAfterEndMs = 400 * dayMs;
const noteFunction = "relite_note_closed";

export function createAccessLedger(db: SqliteDatabase, file: LedgerFile): AccessLedger {
  let isQuiet = false;
  const note = (json: unknown): number => {
    const entry = isQuiet ? null : readLedgerLine(String(json));
    if (entry !== null) file.append(entry);
    return 0;
  };

  function merge(nowMs: number): Merged {
    const { entries, broken } = file.read();
    const merged = { tokens: 0, devices: 0, credentials: 0, owners: 0, broken };
    const mergeOne = mergeEntry(db, nowMs);
    for (const entry of foldLedger(entries, nowMs - mergedAfterEndMs).values()) {
      const closed = mergeOne(entry);
      if (closed !== null) merged[closed] += 1;
    }
    const forgetMs = nowMs - keptAfterEndMs;
    const known = foldLedger([...entries, ...closedIn(db)], forgetMs);
    const isWordy = entries.length > 1_000 && entries.length > 2 * known.size;
    const isBehind = known.size > foldLedger(entries, forgetMs).size;
    if (isBehind || isWordy || broken > 0) file.replace(known.values());
    return merged;
  }

  return {
    attach() {
      db.function(noteFunction, note);
      db.exec(triggers);
    },
    merge(nowMs) {
      isQuiet = true;
      try {
        // Whoever appends holds the write lock meanwhile, so nothing is appended to a file that is being replaced.
        return db.transaction(() => merge(nowMs)).immediate();
      } finally {
        isQuiet = false;
      }
    },
  };
}

const ownerOf = (owner: string) =>
  `ifnull((SELECT did FROM main.owner_dids WHERE owner = ${owner} ORDER BY created_ms, did LIMIT 1),
    (SELECT did FROM main.removed_dids WHERE owner = ${owner} ORDER BY did LIMIT 1))`;
const nowMs = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const tokenJson = (row: string) =>
  `json_object('what', 'token-revoked', 'owner', ${ownerOf(`${row}.owner`)}, 'tokenId', ${row}.token_id, 'cid', ${row}.cid,
    'issuer', ${row}.issuer, 'challenge', ${row}.challenge, 'createdMs', ${row}.created_ms, 'expiresMs', ${row}.expires_ms)`;
const deviceJson = (row: string, what: string, atMs = nowMs) =>
  `json_object('what', '${what}', 'owner', ${ownerOf(`${row}.owner`)}, 'did', ${row}.did, 'by', ${row}.lost_by, 'atMs', ${atMs})`;
const credentialJson = (row: string) =>
  `json_object('what', 'credential-revoked', 'tokenId', ${row}.token_id, 'atMs', ${row}.revoked_ms, 'expiresMs', ${row}.expires_ms)`;
const ownerJson = (owner: string, what: string) =>
  `json_object('what', ${what}, 'owner', ${owner}, 'atMs', ${nowMs})`;

/** Temporary: of this connection. Whatever part of the program changes these tables, it is noted. */
const triggers = `
  CREATE TEMP TRIGGER note_token AFTER INSERT ON main.revocations BEGIN
    SELECT ${noteFunction}(${tokenJson("NEW")}); END;
  CREATE TEMP TRIGGER note_lost AFTER INSERT ON main.lost_devices BEGIN
    SELECT ${noteFunction}(${deviceJson("NEW", "device-lost")}); END;
  CREATE TEMP TRIGGER note_found AFTER DELETE ON main.lost_devices BEGIN
    SELECT ${noteFunction}(${deviceJson("OLD", "device-found")}); END;
  CREATE TEMP TRIGGER note_credential AFTER UPDATE OF revoked_ms ON main.credentials
    WHEN OLD.revoked_ms IS NULL AND NEW.revoked_ms IS NOT NULL BEGIN
    SELECT ${noteFunction}(${credentialJson("NEW")}); END;
  CREATE TEMP TRIGGER note_owner AFTER UPDATE OF disabled_ms ON main.owners
    WHEN (OLD.disabled_ms IS NULL) <> (NEW.disabled_ms IS NULL) AND NEW.removed_ms IS NULL BEGIN
    SELECT ${noteFunction}(${ownerJson(ownerOf("NEW.id"), "iif(NEW.disabled_ms IS NULL, 'owner-enabled', 'owner-disabled')")}); END;
  CREATE TEMP TRIGGER note_came AFTER INSERT ON main.owner_dids BEGIN
    SELECT ${noteFunction}(${ownerJson("NEW.did", "'owner-added'")}); END;
  CREATE TEMP TRIGGER note_left AFTER DELETE ON main.owner_dids BEGIN
    SELECT ${noteFunction}(${ownerJson("OLD.did", "'owner-removed'")}); END;
`;

const closedSql = `
  SELECT ${tokenJson("r")} AS entry FROM revocations AS r
  UNION ALL SELECT ${deviceJson("d", "device-lost", "d.created_ms")} FROM lost_devices AS d
  UNION ALL SELECT ${credentialJson("c")} FROM credentials AS c WHERE revoked_ms IS NOT NULL
  UNION ALL SELECT ${ownerJson("owner_dids.did", "'owner-disabled'")} FROM owners
    JOIN owner_dids ON owner_dids.owner = owners.id WHERE disabled_ms IS NOT NULL`;

/** Everything a database has closed. */
function closedIn(db: SqliteDatabase): readonly LedgerEntry[] {
  return db
    .prepare<[], { entry: string }>(closedSql)
    .all()
    .map(({ entry }) => readLedgerLine(entry))
    .filter((entry) => entry !== null);
}
