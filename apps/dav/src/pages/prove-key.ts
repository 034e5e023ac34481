import { ReliteError } from "@relite/core/errors";
import { isAllowed, type Principal } from "@relite/core/ucan";
import { readToken } from "../access/authenticate.ts";
import { refusal } from "../access/refusal.ts";
import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";

const readProfile = { with: "profile:", can: "profile/read" };

/** Who asks to be enrolled: the root key of a token made for this server, whoever it is. */
export async function proveKey({ claimVerifier }: DavContext, { req }: Exchange): Promise<Principal> {
  const verified = await claimVerifier.verify(readToken(req).token);
  if (!verified.ok) throw refusal(verified.code);
  if (isAllowed(verified.principal, readProfile)) return verified.principal;
  throw new ReliteError("insufficient", "The token does not grant profile/read", {
    reason: "insufficient",
    details: readProfile,
  });
}
