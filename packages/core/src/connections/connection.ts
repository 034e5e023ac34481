import type { SealedSecret } from "../crypto/index.ts";
import type { ErrorCode } from "../errors/index.ts";

export type AuthKind = "basic" | "bearer" | "none";

/**
 * `idle`: never synced · `ok`: the last sync finished · `failing`: it failed and will be tried again ·
 * `stopped`: credentials were refused or the user has to decide; nothing is tried until the connection changes.
 */
export type ConnectionStatus = "idle" | "ok" | "failing" | "stopped";

/** What the user may read about the last failure: a stable code, a stable reason, one sanitised sentence. */
export interface ConnectionFailure {
  readonly code: ErrorCode;
  readonly reason: string | null;
  readonly message: string;
  readonly atMs: number;
}

/** A WebDAV tree somewhere else, owned by one user. Times are epoch milliseconds. */
export interface Connection {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Normalised http(s) address of a collection: ends with `/`, no userinfo, query or fragment. */
  readonly url: string;
  /** Host and port of `url`, lower case, the port always written: what syncs are counted by. */
  readonly host: string;
  readonly authKind: AuthKind;
  readonly username: string | null;
  /** Bound to user id and connection id: it opens in this row only. */
  readonly sealedSecret: SealedSecret | null;
  readonly status: ConnectionStatus;
  readonly failure: ConnectionFailure | null;
  /** Failed syncs in a row; 0 after one that worked. */
  readonly failures: number;
  /** When the last sync finished well. */
  readonly lastSyncAtMs: number | null;
  /** When the scheduler may enqueue it; null: only by hand. */
  readonly nextSyncAtMs: number | null;
  /** Which server product answered at the last good probe; a change is a guard, see `proposal.ts`. */
  readonly serverIdentity: string | null;
  readonly createdAtMs: number;
  /** When address or credentials last changed. */
  readonly updatedAtMs: number;
}

/** Everything of a connection that may change; identity and creation stay. */
export type ConnectionPatch = Partial<Omit<Connection, "id" | "userId" | "createdAtMs">>;
