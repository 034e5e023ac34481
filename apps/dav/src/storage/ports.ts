import { createCredentials, credentialsWrites } from "../access/credentials.ts";
import { createDevices, devicesWrites } from "../access/devices.ts";
import { createEndedSessions, endedSessionWrites } from "../access/ended-sessions.ts";
import { createLogins, loginWrites } from "../access/logins.ts";
import { createRevocations, revocationsWrites } from "../access/revocations.ts";
import { createUsedTokens, usedTokenWrites } from "../access/used-tokens.ts";
import { createInvitations, invitationWrites } from "../accounts/invitations.ts";
import { createOwners, ownerWrites } from "../accounts/owners.ts";
import { createRemovals, removalWrites } from "../accounts/removals.ts";
import { createSqliteKeptImports, keptImportWrites } from "../tree/sqlite/sqlite-kept-imports.ts";
import { createSqliteTrash, trashWrites } from "../tree/sqlite/sqlite-trash.ts";
import { createSqliteTree } from "../tree/sqlite/sqlite-tree.ts";
import { createSqliteVersions, versionWrites } from "../tree/sqlite/sqlite-versions.ts";
import { treeWrites } from "../tree/tree.ts";
import { createUploads } from "../uploads/sqlite-uploads.ts";
import { uploadWrites } from "../uploads/uploads.ts";
import { changeLogWrites, createChangeLog } from "./change-log.ts";
import { checkpointWrites, createCheckpoints } from "./checkpoints.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { type CallWriter, forwardWrites, pickWrites, type Write, type WriteTable } from "./forward-writes.ts";
import { createHolds, holdWrites } from "./holds.ts";
import type { PortParts } from "./port-parts.ts";

/**
 * Every port on the database: what makes it, and which of its methods write. A new port is one line here; the threads
 * that answer requests then read it by themselves and have its writes done by the writer.
 */
const definitions = {
  tree: define(createSqliteTree, treeWrites),
  trash: define(createSqliteTrash, trashWrites),
  versions: define(createSqliteVersions, versionWrites),
  keptImports: define(createSqliteKeptImports, keptImportWrites),
  owners: define(({ db, commits, nowMs }) => createOwners(db, commits, nowMs), ownerWrites),
  removals: define(createRemovals, removalWrites),
  invitations: define(({ db, commits, nowMs }) => createInvitations(db, commits, nowMs), invitationWrites),
  credentials: define(({ db, commits, nowMs }) => createCredentials(db, commits, nowMs), credentialsWrites),
  revocations: define(({ db, commits, nowMs }) => createRevocations(db, commits, nowMs), revocationsWrites),
  endedSessions: define(
    ({ db, commits, nowMs }) => createEndedSessions(db, commits, nowMs),
    endedSessionWrites,
  ),
  logins: define(({ db, commits, nowMs }) => createLogins(db, commits, nowMs), loginWrites),
  usedTokens: define(({ db, commits, nowMs }) => createUsedTokens(db, commits, nowMs), usedTokenWrites),
  devices: define(({ db, commits }) => createDevices(db, commits), devicesWrites),
  uploads: define(({ db, commits, nowMs }) => createUploads(db, commits, nowMs), uploadWrites),
  changeLog: define(({ db, commits }) => createChangeLog(db, commits), changeLogWrites),
  checkpoints: define(createCheckpoints, checkpointWrites),
  holds: define(({ db, commits, nowMs }) => createHolds(db, commits, nowMs), holdWrites),
};

type PortName = keyof typeof definitions;

/** The ports by name. */
export type Ports = { readonly [Name in PortName]: ReturnType<(typeof definitions)[Name]["create"]> };

export function createPorts(parts: PortParts): Ports {
  return mapDefinitions((_name, { create }) => create(parts));
}

/** Ports whose reads are done here, on a connection that only reads, and whose writes are sent elsewhere. */
export function createForwardedPorts(parts: Omit<PortParts, "commits">, call: CallWriter): Ports {
  const refuse = () =>
    Promise.reject(new Error("a method that writes is missing in its port's list of writes"));
  const commits: CommitQueue = { run: refuse, alone: refuse };
  return mapDefinitions((name, { create, writes }) =>
    forwardWrites(name, { local: create({ ...parts, commits }), writes }, call),
  );
}

/** What the writer does for other threads, by port and method. */
export function listWrites(ports: Ports): WriteTable {
  const table = new Map<string, ReadonlyMap<string, Write>>();
  for (const [name, { writes }] of entries()) table.set(name, pickWrites(ports[name], writes));
  return table;
}

interface Definition<Port> {
  readonly create: (parts: PortParts) => Port;
  readonly writes: readonly string[];
}

function define<Port>(
  create: Definition<Port>["create"],
  writes: readonly (keyof Port & string)[],
): Definition<Port> {
  return { create, writes };
}

function mapDefinitions(make: (name: PortName, definition: Definition<object>) => object): Ports {
  // Each name has the port its definition makes, which entries cannot say.
  return Object.fromEntries(entries().map(([name, one]) => [name, make(name, one)])) as Ports;
}

function entries(): readonly (readonly [PortName, Definition<object>])[] {
  return Object.entries(definitions) as [PortName, Definition<object>][];
}
