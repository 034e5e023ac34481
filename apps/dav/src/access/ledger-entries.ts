import { z } from "zod";

const did = z.string().min(1).max(300);
const ms = z.number().int().nonnegative();
const tokenId = z.string().regex(/^[0-9a-f]{64}$/);

const revokedToken = z.strictObject({
  what: z.literal("token-revoked"),
  owner: did,
  tokenId,
  cid: z.string().max(200),
  issuer: did,
  challenge: z.string().max(1_000).nullable(),
  createdMs: ms,
  expiresMs: ms,
});

const device = z.strictObject({
  what: z.enum(["device-lost", "device-found"]),
  owner: did,
  did,
  by: z.string().max(300),
  atMs: ms,
});

const owner = z.strictObject({
  what: z.enum(["owner-added", "owner-enabled", "owner-disabled", "owner-removed"]),
  owner: did,
  atMs: ms,
});

const revokedCredential = z.strictObject({
  what: z.literal("credential-revoked"),
  tokenId,
  atMs: ms,
  expiresMs: ms,
});

const ledgerEntry = z.discriminatedUnion("what", [revokedToken, device, owner, revokedCredential]);

/** One line of the ledger: something was closed, or opened again, at this endpoint. No secret is in it. */
export type LedgerEntry = z.output<typeof ledgerEntry>;

/** A line, read; null for what was torn or is none of ours. */
export function readLedgerLine(line: string): LedgerEntry | null {
  try {
    const read = ledgerEntry.safeParse(JSON.parse(line));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** What stands at the end: of all that was said of one thing the last. Tokens that ended before `forgetMs` are left out. */
export function foldLedger(
  entries: Iterable<LedgerEntry>,
  forgetMs: number,
): ReadonlyMap<string, LedgerEntry> {
  const lastByThing = new Map<string, LedgerEntry>();
  for (const entry of entries) {
    if ("expiresMs" in entry && entry.expiresMs < forgetMs) continue;
    lastByThing.set(thingOf(entry), entry);
  }
  return lastByThing;
}

function thingOf(entry: LedgerEntry): string {
  switch (entry.what) {
    case "token-revoked":
      return `token ${entry.tokenId}`;
    case "credential-revoked":
      return `credential ${entry.tokenId}`;
    case "device-lost":
    case "device-found":
      return `device ${entry.owner} ${entry.did}`;
    default:
      return `owner ${entry.owner}`;
  }
}
