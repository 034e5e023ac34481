import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "@relite/core/clock";
import type { Principal, Verifier } from "@relite/core/ucan";
import type { CredentialFacts, CredentialKind, Credentials } from "./credentials.ts";

/** What a cookie opened: the principal of the stored UCAN, from the same walk as any other. */
export interface OpenedSession {
  readonly credential: CredentialFacts;
  readonly principal: Principal;
}

/**
 * Cookies in place of a secret that was shown once: they say which credential, until when, and carry a MAC under the
 * server's own key. Nothing is stored, so they hold on every thread and over a restart, and end with the credential.
 */
export interface Sessions {
  /** A cookie's value; null when the credential is not there any more. */
  mint(
    kind: CredentialKind,
    id: string,
    lifeSec: number,
  ): { readonly value: string; readonly lifeSec: number } | null;
  /** Null for a value that was not minted here or has ended; `gone` when what it stands for does not hold any more. Throws `forbidden`/`owner_disabled`. */
  open(kind: CredentialKind, value: string | null): Promise<OpenedSession | "gone" | null>;
}

export interface SessionParts {
  readonly credentials: Credentials;
  /** The one that lets an invocation live for as long as one that is kept may. */
  readonly storedVerifier: Verifier;
  readonly clock: Clock;
  /** The server's own, see `keepSessionKey`. */
  readonly key: Buffer;
}

export function createSessions({ credentials, storedVerifier, clock, key }: SessionParts): Sessions {
  const find = (kind: CredentialKind, id: string) => {
    const found = credentials.find(id);
    return found?.kind === kind ? found : null;
  };
  return {
    mint: (kind, id, lifeSec) => {
      const credential = find(kind, id);
      if (credential === null) return null;
      const nowSec = Math.floor(clock.nowMs() / 1_000);
      const endSec = Math.min(nowSec + lifeSec, Math.floor(credential.expiresMs / 1_000));
      const text = `${kind}.${id}.${endSec}`;
      const value = `${id}.${endSec}.${macOf(text, credential.secretHash, key).toString("base64url")}`;
      return { value, lifeSec: endSec - nowSec };
    },
    open: async (kind, value) => {
      const [, id = "", end = "", mac = ""] =
        /^([a-z2-7]{1,20})\.(\d{1,12})\.([\w-]{43})$/.exec(value ?? "") ?? [];
      const credential = find(kind, id);
      if (credential === null || Number(end) * 1_000 <= clock.nowMs()) return null;
      const expected = macOf(`${kind}.${id}.${end}`, credential.secretHash, key);
      if (!timingSafeEqual(Buffer.from(mac, "base64url"), expected)) return null;
      if (credential.isRevoked) return "gone";
      const verified = await storedVerifier.verify(credential.token);
      return verified.ok ? { credential, principal: verified.principal } : "gone";
    },
  };
}

/** Bound to the secret, too: an id that is used again some day opens nothing to an old cookie. */
function macOf(text: string, secretHash: string, key: Buffer): Buffer {
  return createHmac("sha256", key).update(`${text}.${secretHash}`).digest();
}

/** The first cookie of a name; values are letters, digits, dots, dashes and underscores only. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? "").split(";")) {
    const [key = "", value = ""] = pair.trim().split("=", 2);
    if (key === name) return value;
  }
  return null;
}

export interface CookieOrder {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly lifeSec: number;
  /** Whether the page that asked came over TLS. */
  readonly isSecure: boolean;
}

/** A cookie no script reads and no other site's page brings along. */
export function cookieHeader({ name, value, path, lifeSec, isSecure }: CookieOrder): string {
  return `${name}=${value}; Path=${path}; Max-Age=${lifeSec}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}
