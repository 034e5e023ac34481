import type { Database } from "@relite/prisma";
import type { AccountStore, AccountStoreParts } from "../../accounts/index.ts";
import { createInvitations } from "./invitations.ts";
import { createRevocations } from "./revocations.ts";
import { createSettings } from "./settings.ts";
import { createSetup, createUsers } from "./users.ts";

/** Accounts in the database. */
export function createAccountStore(database: Database, parts: AccountStoreParts): AccountStore {
  return {
    users: createUsers(database, parts),
    setup: createSetup(database, parts),
    invitations: createInvitations(database, parts),
    settings: createSettings(database, parts),
    revocations: createRevocations(database, parts),
  };
}
