import { appCapability, type Capability, covers, parseAppId } from "@relite/core/ucan";
import type { DavRequest, Target } from "./target.ts";

export type Action = "read" | "write";

/** One of the collections right below the prefix. Its methods are in `methods/index.ts`, under the same name. */
export interface Zone {
  /** The capabilities a request takes, its own address first; null when it names something none can cover. */
  needed(dav: DavRequest, action: Action): readonly Capability[] | null;
  /** Where an address alone does not say what it takes: what is needed of one who holds these grants. */
  narrowed?(needed: readonly Capability[], grants: readonly Capability[]): readonly Capability[];
}

export const zoneByName = {
  apps: { needed: neededInApps },
  // What an entry takes follows from where it was: its methods decide. Any grant within the app leads as far as them.
  trash: { needed: (dav, action) => neededInKept(dav, action, 0), narrowed: toWidest },
  versions: { needed: (dav, action) => neededInKept(dav, action, Number.POSITIVE_INFINITY) },
  uploads: { needed: neededInUploads, narrowed: toWidest },
} satisfies Readonly<Record<string, Zone>>;

export type ZoneName = keyof typeof zoneByName;

/** The zone an address lies in; null for one that is in none. */
export function zoneNameOf({ segments }: Target): ZoneName | null {
  const [name = ""] = segments;
  return isZoneName(name) ? name : null;
}

/** The capability for a file's own address; null outside `apps`. */
export function fileCapability({ segments }: Target, action: Action): Capability | null {
  const [zone, appId = "", ...path] = segments;
  if (zone !== "apps" || parseAppId(appId) === null) return null;
  return appCapability(appId, path, action);
}

function neededInApps(dav: DavRequest, action: Action): readonly Capability[] | null {
  const own = fileCapability(dav.target, action);
  if (own === null) return null;
  if (dav.destination === null) return [own];
  const other = fileCapability(dav.destination, "write");
  return other === null ? null : [own, other];
}

/** Outside `apps`, below an app's id; what is brought back goes to `apps`. `depth`: how much of the path is a file's. */
function neededInKept(dav: DavRequest, action: Action, depth: number): readonly Capability[] | null {
  const [, appId = "", ...path] = dav.target.segments;
  if (parseAppId(appId) === null) return null;
  const own = appCapability(appId, path.slice(0, depth), action);
  if (dav.destination === null) return [own];
  const other = fileCapability(dav.destination, "write");
  return other === null ? null : [own, other];
}

function toWidest(
  [own, ...others]: readonly Capability[],
  grants: readonly Capability[],
): readonly Capability[] {
  if (own === undefined) return [];
  const inside = grants
    .map((grant) => ({ with: grant.with, can: own.can }))
    .filter((one, index) => covers(own, one) && covers(grants[index] ?? one, one))
    .sort((a, b) => a.with.length - b.with.length);
  return [inside[0] ?? own, ...others];
}

/** Who may write the file may send its parts; before it is known which file that will be, who may write some file of the app. */
function neededInUploads(dav: DavRequest): readonly Capability[] | null {
  const [, appId = ""] = dav.target.segments;
  if (parseAppId(appId) === null) return null;
  const own = appCapability(appId, [], "write");
  if (dav.destination === null) return [own];
  const other = fileCapability(dav.destination, "write");
  return other === null ? null : [own, other];
}

function isZoneName(name: string): name is ZoneName {
  return Object.hasOwn(zoneByName, name);
}
