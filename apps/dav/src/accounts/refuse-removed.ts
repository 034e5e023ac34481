import { ReliteError } from "@relite/core/errors";
import type { SqliteDatabase } from "../storage/open-database.ts";

/** Inside a transaction that would begin something for an owner: throws `forbidden` when a command has removed it meanwhile. */
export function createRefuseRemoved(db: SqliteDatabase): (owner: number) => void {
  const isRemoved = db.prepare<[number]>("SELECT 1 FROM owners WHERE id = ? AND removed_ms IS NOT NULL");
  return (owner) => {
    if (isRemoved.get(owner) !== undefined) throw ownerRemoved();
  };
}

export function ownerRemoved(): ReliteError {
  return new ReliteError("forbidden", "This account has been removed", { reason: "owner_removed" });
}
