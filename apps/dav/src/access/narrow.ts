import { covers, type Principal } from "@relite/core/ucan";
import type { Credential } from "./credentials.ts";

/** What a credential opens of what its UCAN opens: one that was made with another may be narrower. */
export function narrowTo(
  { parent, resource, action }: Pick<Credential, "parent" | "resource" | "action">,
  principal: Principal,
): Principal {
  if (parent === null) return principal;
  const own = { with: resource, can: action };
  return { ...principal, grants: principal.grants.some((grant) => covers(grant, own)) ? [own] : [] };
}
