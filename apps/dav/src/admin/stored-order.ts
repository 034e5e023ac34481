import type { Clock } from "@relite/core/clock";
import { isReliteError } from "@relite/core/errors";
import { UsageError } from "@relite/core/node";
import { appCapability, type Capability, issueStored, parseAppId } from "@relite/core/ucan";
import type { Remote } from "./remote.ts";

const daySec = 86_400;

/** What is to be kept at an endpoint behind a secret: one right, for a time, with a name. */
export interface StoredOrder {
  readonly capability: Capability;
  readonly expiresAtSec: number;
  readonly label: string;
}

/** Options of a command by name. */
export type Values = Readonly<Record<string, string | undefined>>;

/** Reads `--app`, `--path`, `--can`, `--days` and `--label`; a UsageError says what is wrong. */
export function readStoredOrder(
  given: Values,
  defaults: { readonly days: number; readonly can: "read" | "write" },
  clock: Clock,
): StoredOrder {
  const days = Number(given.days ?? defaults.days);
  if (!Number.isInteger(days) || days < 1 || days > 365)
    throw new UsageError("--days is a number from 1 to 365");
  const { can = defaults.can, path = "", label = "" } = given;
  if (can !== "read" && can !== "write") throw new UsageError("--can is read or write");
  const app = required(given, "app");
  if (parseAppId(app) === null) throw new UsageError("--app is an app id");
  const inner = path.replace(/^\//, "").replace(/\/$/, "").normalize("NFC");
  const expiresAtSec = Math.floor(clock.nowMs() / 1_000) + days * daySec;
  try {
    const capability = appCapability(app, inner === "" ? [] : inner.split("/"), can);
    return { capability, expiresAtSec, label };
  } catch (error) {
    if (isReliteError(error)) throw new UsageError("--path holds a name that no path may hold");
    throw error;
  }
}

/** The UCAN for an order, signed by the command's key for that endpoint. */
export function issueStoredOrder(
  { signer: issuer, audience, proof }: Remote,
  { capability, expiresAtSec }: StoredOrder,
  clock: Clock,
): Promise<string> {
  const order = { issuer, audience, capabilities: [capability], expiresAtSec, nowMs: clock.nowMs() };
  return issueStored(proof === undefined ? order : { ...order, proof });
}

export function describeScope({ app, path, action }: { app: string; path: string; action: string }): string {
  return `${app}${path === "" ? "" : `/${path}`} (${action})`;
}

export function required(given: Values, name: string): string {
  const value = given[name];
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing`);
  return value;
}
