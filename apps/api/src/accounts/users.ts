/** `owner` claimed the installation; everybody else was invited. */
export type Role = "owner" | "member";

export interface User {
  readonly id: string;
  readonly displayName: string;
  readonly role: Role;
  readonly createdAtMs: number;
}

export interface UserRepository {
  /** How many users there are; what CN8 takes its default from. */
  count(): Promise<number>;
  find(userId: string): Promise<User | null>;
  /** The user a key belongs to: the one lookup every request makes. */
  findByDid(did: string): Promise<User | null>;
  /** Oldest first; empty for an unknown user. */
  listDids(userId: string): Promise<readonly string[]>;
  /** null for an unknown user. */
  rename(userId: string, displayName: string): Promise<User | null>;
  /** Gives the user one more key. False when the user is unknown or the key is somebody's already (true when it is theirs). */
  addDid(userId: string, did: string): Promise<boolean>;
  /** False when the key is not theirs; refuses `conflict`/`last_did` on the last one, which would lock them out. */
  removeDid(userId: string, did: string): Promise<boolean>;
}

export interface NewOwner {
  readonly did: string;
  readonly displayName: string;
}

export interface SetupRepository {
  isClaimed(): Promise<boolean>;
  /** Makes the first user. Of any number of simultaneous claims exactly one gets its user; the others get null. */
  claim(owner: NewOwner): Promise<User | null>;
}
