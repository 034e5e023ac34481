import { covers, type Principal } from "@relite/core/ucan";

/** The one app somebody may open all files of, which is what clients of Nextcloud ask for; null for who may not. */
export function wholeAppOf({
  grants,
}: Pick<Principal, "grants">): { readonly app: string; readonly mayWrite: boolean } | null {
  const app = grants.map((grant) => /^app:([^/*]+)$/.exec(grant.with)?.[1]).find((id) => id !== undefined);
  if (app === undefined) return null;
  const needed = { with: `app:${app}`, can: "app/write" };
  return { app, mayWrite: grants.some((grant) => covers(grant, needed)) };
}
