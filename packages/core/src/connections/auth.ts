import { ReliteError } from "../errors/index.ts";
import { requireStorableText } from "../text/index.ts";
import type { Connection } from "./connection.ts";
import type { Credentials } from "./credentials.ts";

export type NewAuth =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "none" };

/** Credentials in which the secret may be left out: the stored one is kept. */
export type ChangedAuth =
  | { readonly kind: "basic"; readonly username: string; readonly password?: string | undefined }
  | { readonly kind: "bearer"; readonly token?: string | undefined }
  | { readonly kind: "none" };

export interface ConnectionChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly auth?: ChangedAuth | undefined;
}

/** Checks new credentials: they have to fit into a header and into the database. */
export function newCredentials(auth: NewAuth): Credentials {
  if (auth.kind === "none") return { authKind: "none", username: null, secret: null };
  if (auth.kind === "bearer") {
    if (!/^[\x21-\x7e]{1,8192}$/.test(auth.token))
      throw badField("token", "A token is visible ASCII without spaces.");
    return { authKind: "bearer", username: null, secret: auth.token };
  }
  const username = checkedUsername(auth.username);
  requireStorableText("password", auth.password, 1_024);
  if (/\p{Cc}/u.test(auth.password)) throw badField("password", "A password has no control characters.");
  return { authKind: "basic", username, secret: auth.password };
}

export interface CredentialsChange {
  readonly connection: Connection;
  readonly auth: ChangedAuth | undefined;
  /** Scheme, host or port change: the stored secret was not given for there. */
  readonly isElsewhere: boolean;
  readonly stored: () => Promise<Credentials>;
}

/** The credentials after a change; null when they stay as they are. */
export async function changedCredentials(change: CredentialsChange): Promise<Credentials | null> {
  const { connection, auth, isElsewhere } = change;
  const secret = auth === undefined ? undefined : secretOf(auth);
  const keepsSecret = secret === undefined && (auth?.kind ?? connection.authKind) !== "none";
  if (!keepsSecret) return auth === undefined ? null : newCredentials(withSecret(auth, secret ?? ""));
  if (isElsewhere || (auth !== undefined && auth.kind !== connection.authKind)) throw secretRequired();
  if (auth?.kind !== "basic" || auth.username === connection.username) return null;
  return { ...(await change.stored()), username: checkedUsername(auth.username) };
}

function secretOf(auth: ChangedAuth): string | undefined {
  if (auth.kind === "basic") return auth.password;
  return auth.kind === "bearer" ? auth.token : undefined;
}

function withSecret(auth: ChangedAuth, secret: string): NewAuth {
  if (auth.kind === "basic") return { kind: "basic", username: auth.username, password: secret };
  return auth.kind === "bearer" ? { kind: "bearer", token: secret } : { kind: "none" };
}

function checkedUsername(username: string): string {
  requireStorableText("username", username, 256);
  if (username === "" || /[\p{Cc}:]/u.test(username))
    throw badField("username", "A user name is not empty and has no colon and no control characters.");
  return username;
}

function secretRequired(): ReliteError {
  const message = "A stored secret goes only where it was given for: enter it again.";
  return new ReliteError("bad_request", message, { reason: "secret_required", details: { field: "auth" } });
}

function badField(field: string, message: string): ReliteError {
  return new ReliteError("bad_request", message, { reason: "bad_text", details: { field } });
}
