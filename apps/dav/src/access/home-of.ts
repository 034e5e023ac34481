import type { Principal } from "@relite/core/ucan";
import type { Target } from "../target.ts";

/** The widest place of one app that somebody may open; null for who may open none. */
export function homeOf({ principal }: { readonly principal: Principal }): Target | null {
  const places = principal.grants
    .map((grant) => /^app:([^*]+)$/.exec(grant.with)?.[1]?.split("/") ?? [])
    .filter((path) => path.length > 0)
    .sort((a, b) => a.length - b.length);
  const [widest] = places;
  return widest === undefined ? null : { segments: ["apps", ...widest], endsWithSlash: false };
}
