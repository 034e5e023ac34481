/** What a LOCK asks for; the token is made by the caller. */
export interface LockRequest {
  readonly token: string;
  /** The DID that may use and end the lock. */
  readonly principal: string;
  readonly shared: boolean;
  /** Whether it holds for everything below, too (`Depth: infinity`). */
  readonly deep: boolean;
  /** The `owner` element as it was sent, readable on its own. */
  readonly ownerXml: string | null;
  readonly timeoutMs: number;
}

/** A lock that has not run out (RFC 4918 §6). */
export interface ActiveLock {
  readonly token: string;
  readonly shared: boolean;
  readonly deep: boolean;
  readonly ownerXml: string | null;
  readonly expiresMs: number;
  /** Where it was taken, from the owner's root. */
  readonly root: LockRoot;
}

export interface LockRoot {
  readonly segments: readonly string[];
  readonly isCollection: boolean;
}

/** Who wants to end a lock: its own principal may, and the owner's key. */
export interface Unlocker {
  readonly token: string;
  readonly principal: string;
  readonly isOwnerKey: boolean;
}
