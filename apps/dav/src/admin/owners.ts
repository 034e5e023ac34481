import { parseBytes } from "@relite/core/env";
import { parseDidKey } from "@relite/core/ucan";
import type { OwnerChange, OwnerRecord } from "../accounts/owners.ts";
import { type CommandIo, type Parsed, parseLine, withStorage, wrongCall } from "./command-line.ts";
import { removeOwner } from "./remove-owner.ts";

const usage = `Usage: owners add DID [--quota 10G] [--data DIR]     lets a key keep files here; the first is the administrator
       owners list [--json] [--data DIR]            who they are, what they use, when they were seen last
       owners disable DID [--data DIR]              refuses all their requests from now on; their files stay
       owners enable DID [--data DIR]
       owners quota DID 10G|none [--data DIR]
       owners promote DID [--data DIR]              may invite others (an administrator)
       owners demote DID [--data DIR]
       owners remove DID|NAME [--dry-run | --yes] [--json] [--data DIR]
                                                    ends an owner with all files, app passwords and shares, for good;
                                                    without --yes it only says what would go`;

const changeByVerb: Readonly<Record<string, { readonly change: OwnerChange; readonly done: string }>> = {
  disable: { change: { isDisabled: true }, done: "disabled" },
  enable: { change: { isDisabled: false }, done: "enabled" },
  promote: { change: { isAdmin: true }, done: "may invite others now:" },
  demote: { change: { isAdmin: false }, done: "may not invite others now:" },
};

const flags = {
  quota: "string",
  data: "string",
  json: "boolean",
  yes: "boolean",
  "dry-run": "boolean",
  help: "boolean",
} as const;

/** `owners`: who may keep files here. Takes effect at once, also on a running endpoint. */
export async function runOwners(args: readonly string[], io: CommandIo): Promise<number> {
  const line = parseLine(args, flags, io);
  if (line === null) return wrongCall;
  if (line.isSet("help")) {
    io.out(usage);
    return 0;
  }
  const [verb = "", did, amount, ...rest] = line.words;
  const wordsExpected = verb === "list" ? 1 : verb === "quota" ? 3 : 2;
  const isKnown = Object.hasOwn(changeByVerb, verb) || ["add", "list", "quota", "remove"].includes(verb);
  if (!isKnown || line.words.length !== wordsExpected || rest.length > 0) {
    return wrong(io, "owners add, list, disable, enable, quota, promote, demote or remove; see --help");
  }
  const isForRemoval = line.isSet("yes") || line.isSet("dry-run");
  if (isForRemoval && verb !== "remove") return wrong(io, "--yes and --dry-run belong to owners remove");
  if (verb === "list") return list(line, io);
  if (verb === "remove")
    return withStorage(line.flag("data"), io, (storage) => removeOwner(storage, line, io));
  if (did === undefined || parseDidKey(did) === null) {
    return wrong(io, "DID is not a did:key of an Ed25519 or P-256 key");
  }
  if (verb === "add") return add(did, line, io);
  if (verb !== "quota") return change(did, changeByVerb[verb] ?? { change: {}, done: "" }, line, io);
  const quotaBytes = amount === "none" ? null : parseBytes(amount ?? "");
  if (quotaBytes === null && amount !== "none") return wrong(io, "the quota is a size such as 10G, or none");
  return change(did, { change: { quotaBytes }, done: `quota ${amount} for` }, line, io);
}

function list(line: Parsed, io: CommandIo): Promise<number> {
  return withStorage(line.flag("data"), io, async ({ owners }) => {
    for (const text of listing(owners.list(), line.isSet("json"))) io.out(text);
    return 0;
  });
}

async function add(did: string, line: Parsed, io: CommandIo): Promise<number> {
  const quotaText = line.flag("quota");
  const quotaBytes = quotaText === undefined ? undefined : parseBytes(quotaText);
  if (quotaBytes === null) return wrong(io, "--quota is a size such as 10G");
  return withStorage(line.flag("data"), io, async ({ owners }, config) => {
    await owners.add(did, quotaBytes ?? config.defaultQuotaBytes);
    io.out(`enrolled ${did}`);
    return 0;
  });
}

function change(
  did: string,
  { change, done }: { readonly change: OwnerChange; readonly done: string },
  line: Parsed,
  io: CommandIo,
): Promise<number> {
  return withStorage(line.flag("data"), io, async ({ owners }) => {
    await owners.change(did, change);
    io.out(`${done} ${did}`);
    return 0;
  });
}

function wrong(io: CommandIo, why: string): number {
  io.err(why);
  return wrongCall;
}

function listing(owners: readonly OwnerRecord[], asJson: boolean): readonly string[] {
  if (asJson) return [JSON.stringify(owners.map(toJson))];
  if (owners.length === 0) return ["no owners yet"];
  return owners.map((owner) => {
    const { dids, label, usedBytes, quotaBytes, seenMs } = owner;
    const quota = quotaBytes === null ? "no quota" : `quota ${quotaBytes} bytes`;
    const seen = seenMs === null ? "never seen" : `seen ${instant(seenMs)}`;
    const name = label === null ? "" : `  (${label})`;
    const role = owner.isAdmin ? ", administrator" : "";
    return `${dids.join(" ")}${name}  ${usedBytes} bytes used, ${quota}, ${seen}, ${stateOf(owner)}${role}`;
  });
}

function toJson(owner: OwnerRecord) {
  const { dids, label, isAdmin, quotaBytes, usedBytes, createdMs, seenMs } = owner;
  return {
    dids,
    label,
    state: stateOf(owner),
    isAdmin,
    quotaBytes,
    usedBytes,
    createdAt: instant(createdMs),
    lastSeenAt: seenMs === null ? null : instant(seenMs),
  };
}

function stateOf({ disabledMs }: OwnerRecord): "active" | "disabled" {
  return disabledMs === null ? "active" : "disabled";
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
