import { ReliteError } from "@relite/core/errors";
import { parseDidKey } from "@relite/core/ucan";
import type { DavContext } from "../context.ts";
import { createAccessCaller } from "./access-caller.ts";
import { byMethod, type Page, type PageTable, sendJson } from "./page.ts";

/**
 * The keys that acted for the one who asks, and those said to be lost. `DELETE` shuts a key out with everything it signed, from the next
 * request on; it takes `access/write`. `PUT` lets it in again; only the owner's own key may.
 */
export function createDevicePages(context: DavContext): PageTable {
  const { devices, owners, revocations } = context.storage;
  const caller = createAccessCaller(context);

  function listOf(owner: number, ownDid: string) {
    const ownerKeys = owners.list().find(({ id }) => id === owner)?.dids ?? [];
    const lost = new Map(revocations.lostDevices(owner).map((one) => [one.did, one]));
    const seen = devices.list(owner);
    const unseen = [...lost.keys()].filter((did) => !seen.some((one) => one.did === did));
    const describe = (did: string) => ({
      did,
      isOwnerKey: ownerKeys.includes(did),
      isThisDevice: did === ownDid,
      lost: isoOf(lost.get(did)?.createdMs),
      lostBy: lost.get(did)?.lostBy ?? null,
    });
    return [
      ...seen.map(({ did, agent, firstMs, lastMs }) => ({
        ...describe(did),
        agent,
        firstSeen: isoOf(firstMs),
        lastSeen: isoOf(lastMs),
      })),
      ...unseen.map((did) => ({ ...describe(did), agent: "", firstSeen: null, lastSeen: null })),
    ];
  }

  const lose: Page = async (exchange, rest) => {
    const { owner, principal } = await caller(exchange, "write");
    const did = readDid(rest);
    await revocations.loseDevice(owner, did, principal.invokerDid);
    exchange.subject = did;
    exchange.res.writeHead(204).end();
  };

  const find: Page = async (exchange, rest) => {
    const { owner, principal } = await caller(exchange, "write");
    const did = readDid(rest);
    if (principal.invokerDid !== principal.rootDid) {
      throw new ReliteError("forbidden", "Only the owner's own key brings a device back", {
        reason: "owner_key_needed",
      });
    }
    if (!(await revocations.findDevice(owner, did)))
      throw new ReliteError("not_found", "This device is not lost");
    exchange.subject = did;
    exchange.res.writeHead(204).end();
  };

  return {
    "/relite/devices": byMethod({
      GET: async (exchange) => {
        const { owner, principal } = await caller(exchange, "read");
        sendJson(exchange.res, 200, { devices: listOf(owner, principal.invokerDid) });
      },
    }),
    "/relite/devices/*": byMethod({ DELETE: lose, PUT: find }),
  };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** The rest of the path; clients may write its colons as `%3A`. */
function readDid(rest: string): string {
  const did = rest.replaceAll(/%3a/gi, ":");
  if (parseDidKey(did) === null)
    throw new ReliteError("bad_request", "This is no DID", { reason: "bad_did" });
  return did;
}
