import { systemClock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { finishRemovals } from "../accounts/finish-removals.ts";
import type { OwnerRecord } from "../accounts/owners.ts";
import type { Holdings } from "../accounts/removals.ts";
import type { Storage } from "../context.ts";
import type { CommandIo, Parsed } from "./command-line.ts";
import { bytesText, startProgress } from "./progress.ts";

// So that others' writes come between.
const pauseMs = 5;

/** `owners remove`: nobody comes in as this owner from the next request on; then everything it had is ended. */
export async function removeOwner(storage: Storage, line: Parsed, io: CommandIo): Promise<number> {
  const owner = ownerNamed(storage, line.words[1] ?? "");
  const holdings = storage.removals.holdings(owner.id);
  const isDry = line.isSet("dry-run");
  const isSure = line.isSet("yes") && !isDry;
  const isLastAdmin = owner.isAdmin && storage.owners.list().filter(({ isAdmin }) => isAdmin).length === 1;
  const report = { dids: owner.dids, label: owner.label, removed: isSure, isLastAdmin, ...holdings };
  if (line.isSet("json") && !isSure) io.out(JSON.stringify(report));
  else if (!isSure) for (const text of describe(report)) io.out(text);
  if (isDry) return 0;
  if (!isSure) {
    io.err(
      `nothing was removed: repeat it with --yes; export DIR --owner ${owner.dids[0]} keeps the files before`,
    );
    return 1;
  }
  await storage.removals.retire(owner.id);
  const isEmpty = await empty(storage, holdings, io);
  if (line.isSet("json")) io.out(JSON.stringify(report));
  else io.out(`removed ${owner.dids.join(" ")}: ${amount(holdings)}; ${isEmpty ? roomLater : restLater}`);
  if (isLastAdmin) io.err("nobody may invite others now; see owners promote and owners add");
  return 0;
}

const roomLater = "the room is free within an hour";
const restLater = "the rest of the rows is ended by the endpoint, or by gc";

/** False when it was cancelled before everything was ended. */
async function empty(storage: Storage, { files, collections }: Holdings, io: CommandIo): Promise<boolean> {
  const cancel = io.cancel?.() ?? new AbortController().signal;
  const total = files + collections;
  const progress = startProgress(io, systemClock.nowMs, { title: "remove", unit: "items", total });
  const pause = () => systemClock.sleep(pauseMs, cancel);
  try {
    await finishRemovals(storage, systemClock.nowMs(), {
      pause,
      onSwept: ({ items }) => progress.add(items),
    });
    return true;
  } catch (error) {
    if (cancel.aborted) return false;
    throw error;
  } finally {
    progress.end();
  }
}

/** By DID, or by the name of its invitation when nobody else has it. */
function ownerNamed({ owners }: Storage, name: string): OwnerRecord {
  const all = owners.list();
  const byDid = all.find(({ dids }) => dids.includes(name));
  if (byDid !== undefined) return byDid;
  const [owner, ...others] = all.filter(({ label }) => label === name);
  if (owner === undefined)
    throw new ReliteError("not_found", "nobody here has this DID or name; see owners list");
  if (others.length === 0) return owner;
  throw new ReliteError("conflict", "several owners have this name; say the DID, see owners list");
}

function describe(report: Holdings & { readonly dids: readonly string[]; readonly label: string | null }) {
  const { dids, label, trash, versions, uploads, locks, appPasswords, shares, devices } = report;
  return [
    `would remove ${dids.join(" ")}${label === null ? "" : ` (${label})`}: ${amount(report)}`,
    `  of them ${trash} in the trash; ${versions} versions, ${uploads} unfinished uploads, ${locks} locks`,
    `  ${appPasswords} app passwords, ${shares} shares; ${devices} devices were seen`,
  ];
}

function amount({ files, collections, bytes }: Holdings): string {
  return `${files} files in ${collections} collections, ${bytesText(bytes)}`;
}
