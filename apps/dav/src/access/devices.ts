import type { CommitQueue } from "../storage/commit-queue.ts";
import type { SqliteDatabase } from "../storage/open-database.ts";

/** A key that acted for an owner. */
export interface DeviceUse {
  readonly did: string;
  /** The User-Agent it came with last, to know it by. */
  readonly agent: string;
  readonly firstMs: number;
  /** To a quarter of an hour. */
  readonly lastMs: number;
}

/** Which keys acted for an owner, so that the lost one can be found. */
export interface Devices {
  /** Last seen first. */
  list(owner: number): readonly DeviceUse[];
  /** Of one owner the last 200 are kept. */
  note(
    owner: number,
    use: { readonly did: string; readonly agent: string; readonly atMs: number },
  ): Promise<void>;
}

export const devicesWrites = ["note"] as const satisfies readonly (keyof Devices)[];

const maxPerOwner = 200;

interface Row {
  readonly did: string;
  readonly agent: string;
  readonly first_ms: number;
  readonly last_ms: number;
}

export function createDevices(db: SqliteDatabase, commits: CommitQueue): Devices {
  const sql = {
    list: db.prepare<[number], Row>("SELECT * FROM device_uses WHERE owner = ? ORDER BY last_ms DESC, did"),
    note: db.prepare<[{ owner: number; did: string; agent: string; atMs: number }]>(
      `INSERT INTO device_uses (owner, did, agent, first_ms, last_ms)
       SELECT id, @did, @agent, @atMs, @atMs FROM owners WHERE id = @owner AND removed_ms IS NULL
       ON CONFLICT DO UPDATE SET agent = @agent, last_ms = @atMs`,
    ),
    prune: db.prepare<[{ owner: number; did: string; kept: number }]>(
      `DELETE FROM device_uses WHERE owner = @owner AND did <> @did AND did NOT IN
         (SELECT did FROM device_uses WHERE owner = @owner ORDER BY last_ms DESC, did LIMIT @kept)`,
    ),
  };
  return {
    list: (owner) =>
      sql.list.all(owner).map((row) => ({
        did: row.did,
        agent: row.agent,
        firstMs: row.first_ms,
        lastMs: row.last_ms,
      })),
    note: (owner, { did, agent, atMs }) =>
      commits.run(() => {
        sql.note.run({ owner, did, agent, atMs });
        sql.prune.run({ owner, did, kept: maxPerOwner });
      }),
  };
}
