import { appCapability, type Capability, parseAppId } from "@relite/core/ucan";
import type { DavRequest, Target } from "./target.ts";

export type Action = "read" | "write";

/** One of the collections right below the prefix. Its methods are in `methods/index.ts`, under the same name. */
export interface Zone {
  /** The capabilities a request takes, its own address first; null when it names something none can cover. */
  needed(dav: DavRequest, action: Action): readonly Capability[] | null;
}

export const zoneByName = {
  apps: { needed: neededInApps },
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

function isZoneName(name: string): name is ZoneName {
  return Object.hasOwn(zoneByName, name);
}
