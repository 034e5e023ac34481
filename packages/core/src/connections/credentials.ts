import type { SecretBox } from "../crypto/index.ts";
import type { AuthKind, Connection } from "./connection.ts";
import type { ConnectionRepository } from "./repository.ts";

export interface Credentials {
  readonly authKind: AuthKind;
  readonly username: string | null;
  /** Password or token; null with `none`. */
  readonly secret: string | null;
}

/** The `Authorization` header of these credentials; null for none. User names and passwords are UTF-8 (RFC 7617). */
export function authorizationOf({ authKind, username, secret }: Credentials): string | null {
  if (authKind === "none") return null;
  if (authKind === "bearer") return `Bearer ${secret ?? ""}`;
  const bytes = new TextEncoder().encode(`${username ?? ""}:${secret ?? ""}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

/** Opens a connection's secret; one sealed with the previous key is sealed again as it is used. */
export async function openCredentials(
  connection: Connection,
  parts: { readonly secretBox: SecretBox; readonly connections: ConnectionRepository },
): Promise<Credentials> {
  const { id, userId, authKind, username, sealedSecret } = connection;
  if (sealedSecret === null) return { authKind, username, secret: null };
  const owner = { userId, rowId: id };
  const { plaintext, isStale } = await parts.secretBox.open(sealedSecret, owner);
  if (isStale) {
    const resealed = await parts.secretBox.seal(plaintext, owner);
    await parts.connections.update(userId, id, { sealedSecret: resealed });
  }
  return { authKind, username, secret: plaintext };
}
