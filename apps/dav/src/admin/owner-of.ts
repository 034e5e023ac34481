import { ReliteError } from "@relite/core/errors";
import type { Storage } from "../context.ts";

/** The owner a command names by DID, disabled or not; `not_found` when nobody has it. */
export function ownerOf({ owners }: Pick<Storage, "owners">, did: string): number {
  const found = owners.list().find(({ dids }) => dids.includes(did));
  if (found === undefined) throw new ReliteError("not_found", `${did} is not enrolled here; see owners list`);
  return found.id;
}
