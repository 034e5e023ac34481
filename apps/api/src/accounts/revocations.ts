import type { RevocationQuery } from "@relite/core/ucan";

/** A token that is refused until it would have ended by itself. */
export interface RevokedToken {
  /** SHA-256 of `header.payload`, hexadecimal. */
  readonly tokenId: string;
  readonly cid: string;
  readonly issuerDid: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export type NewRevocation = Omit<RevokedToken, "createdAtMs"> & { readonly challenge: string };

/** A key that no chain of its user may hold any more. */
export interface LostDevice {
  readonly did: string;
  /** The key that said so. */
  readonly lostBy: string;
  readonly createdAtMs: number;
}

export interface RevocationRepository {
  /** Asked on every request. */
  isRevoked(query: RevocationQuery): Promise<boolean>;
  /** Newest first. */
  list(userId: string): Promise<readonly RevokedToken[]>;
  /** False when it is revoked already, or the user is unknown. */
  add(userId: string, revocation: NewRevocation): Promise<boolean>;
  lostDevices(userId: string): Promise<readonly LostDevice[]>;
  /** False when it is lost already, or the user is unknown. Refuses `forbidden`/`owner_key` for the user's own key. */
  loseDevice(userId: string, device: { readonly did: string; readonly lostBy: string }): Promise<boolean>;
  /** False when it is not lost. */
  findDevice(userId: string, did: string): Promise<boolean>;
}
