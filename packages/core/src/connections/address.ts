import { ReliteError } from "../errors/index.ts";
import { requireStorableText } from "../text/index.ts";

export interface Address {
  /** Normalised: ends with `/`, no userinfo, query or fragment. */
  readonly url: string;
  /** Host and port, the port always written. */
  readonly host: string;
  /** What a secret is given for: scheme, host and port. */
  readonly origin: string;
}

const maxAddressLength = 2_048;

/** Reads what a user typed as the address of a WebDAV collection; refuses `bad_request` with a reason. */
export function parseAddress(text: string): Address {
  requireStorableText("url", text, maxAddressLength);
  const url = URL.parse(text.trim());
  if (url === null) throw badAddress("bad_address", "The address is no URL.");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw badAddress("bad_scheme", "The address has to begin with http:// or https://.");
  if (url.username !== "" || url.password !== "")
    throw badAddress("userinfo_in_url", "User name and password do not belong into the address.");
  if (url.search !== "" || url.hash !== "")
    throw badAddress("bad_address", "The address of a folder has no query and no fragment.");
  if (url.hostname === "") throw badAddress("bad_address", "The address has no host.");
  const path = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return { url: `${url.origin}${path}`, host: `${url.hostname}:${port}`, origin: url.origin };
}

function badAddress(reason: string, message: string): ReliteError {
  return new ReliteError("bad_request", message, { reason, details: { field: "url" } });
}
