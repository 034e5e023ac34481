import { ReliteError } from "@relite/core/errors";
import type { Capability, UcanCode } from "@relite/core/ucan";

/** A token that does not hold: 401 with the verifier's code, 431 when it is too large. */
export function refusal(code: UcanCode): ReliteError {
  if (code === "too_large") {
    return new ReliteError("headers_too_large", "The token is too large", { reason: code });
  }
  return new ReliteError("unauthorized", "A valid token is needed", { reason: code });
}

/** A token that does not reach: 403 naming what is missing. */
export function insufficient(missing: Capability): ReliteError {
  return new ReliteError("insufficient", `The token does not grant ${missing.can} on ${missing.with}`, {
    reason: "insufficient",
    details: { with: missing.with, can: missing.can },
  });
}
