import type { AllowedExchange } from "../../exchange.ts";
import type { VersionPlace } from "../../tree/versions.ts";
import { placeOf } from "../place-of.ts";

/** The version an address below `versions` names: the file's path and the version's id; null when it cannot be one. */
export function versionPlaceOf(exchange: AllowedExchange): VersionPlace | null {
  const place = placeOf(exchange);
  const name = place.segments.at(-1) ?? "";
  if (!/^[1-9]\d{0,14}$/.test(name)) return null;
  return { file: { ...place, segments: place.segments.slice(0, -1) }, id: Number(name) };
}
