import { parseBytes } from "@relite/core/env";
import { parseDidKey } from "@relite/core/ucan";
import type { OwnerRecord } from "../accounts/owners.ts";
import { type CommandIo, parseLine, withStorage, wrongCall } from "./command-line.ts";

const usage = `Usage: owners add DID [--quota 10G] [--data DIR]
       owners list [--json] [--data DIR]`;

/** `owners`: who may keep files here. Takes effect at once, also on a running endpoint. */
export async function runOwners(args: readonly string[], io: CommandIo): Promise<number> {
  const flags = { quota: "string", data: "string", json: "boolean", help: "boolean" } as const;
  const line = parseLine(args, flags, io);
  if (line === null) return wrongCall;
  if (line.isSet("help")) {
    io.out(usage);
    return 0;
  }
  const [verb, did, ...rest] = line.words;
  if (verb === "list" && did === undefined) {
    return withStorage(line.flag("data"), io, async ({ owners }) => {
      for (const text of listing(owners.list(), line.isSet("json"))) io.out(text);
      return 0;
    });
  }
  if (verb !== "add" || did === undefined || rest.length > 0) {
    io.err("owners add DID or owners list; see --help");
    return wrongCall;
  }
  if (parseDidKey(did) === null) {
    io.err("DID is not a did:key of an Ed25519 or P-256 key");
    return wrongCall;
  }
  const quotaText = line.flag("quota");
  const quotaBytes = quotaText === undefined ? undefined : parseBytes(quotaText);
  if (quotaBytes === null) {
    io.err("--quota is a size such as 10G");
    return wrongCall;
  }
  return withStorage(line.flag("data"), io, async ({ owners }, config) => {
    await owners.add(did, quotaBytes ?? config.defaultQuotaBytes);
    io.out(`enrolled ${did}`);
    return 0;
  });
}

function listing(owners: readonly OwnerRecord[], asJson: boolean): readonly string[] {
  if (asJson) return [JSON.stringify(owners)];
  if (owners.length === 0) return ["no owners yet"];
  return owners.map(({ dids, usedBytes, quotaBytes }) => {
    const quota = quotaBytes === null ? "no quota" : `quota ${quotaBytes} bytes`;
    return `${dids.join(" ")}  ${usedBytes} bytes used, ${quota}`;
  });
}
