import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "@relite/core/clock";
import type { Principal, Verifier } from "@relite/core/ucan";
import type { Credential, CredentialKind, Credentials } from "./credentials.ts";
import type { EndedSessions } from "./ended-sessions.ts";
import { narrowTo } from "./narrow.ts";

/** What a cookie opened: the principal of the stored UCAN, from the same walk as any other. */
export interface OpenedSession {
  readonly credential: Credential;
  readonly principal: Principal;
}

/** A cookie that reads, and one that does nothing but end it. */
export interface Minted {
  readonly value: string;
  readonly endValue: string;
  readonly lifeSec: number;
}

/**
 * Cookies in place of a secret that was shown once: they say which credential, until when, and carry a MAC under the
 * server's own key. Nothing is stored until one is given back, so they hold on every thread and over a restart, and end
 * with the credential.
 */
export interface Sessions {
  /** A cookie's value; null when the credential is not there any more. */
  mint(kind: CredentialKind, id: string, lifeSec: number): Minted | null;
  /** Null for a value that was not minted here or has ended; `gone` when what it stands for does not hold any more. Throws `forbidden`/`owner_disabled`. */
  open(kind: CredentialKind, value: string | null): Promise<OpenedSession | "gone" | null>;
  /** Ends the session an `endValue` was minted with, for good; the credential's id, or null for what was not minted here or has ended. */
  end(kind: CredentialKind, endValue: string | null): Promise<string | null>;
}

export interface SessionParts {
  readonly credentials: Credentials;
  readonly ended: EndedSessions;
  /** The one that lets an invocation live for as long as one that is kept may. */
  readonly storedVerifier: Verifier;
  readonly clock: Clock;
  /** The server's own, see `keepSessionKey`. */
  readonly key: Buffer;
  readonly randomBytes: (count: number) => Uint8Array;
}

export function createSessions(parts: SessionParts): Sessions {
  const { credentials, ended, storedVerifier, clock, key, randomBytes } = parts;
  const find = (kind: CredentialKind, id: string) => {
    const found = credentials.find(id);
    return found?.kind === kind ? found : null;
  };
  /** The credential and the session a value names, when it was minted here for that purpose and neither has ended. */
  const read = (purpose: Purpose, kind: CredentialKind, value: string | null) => {
    const [, id = "", end = "", session = "", mac = ""] =
      /^([a-z2-7]{1,20})\.(\d{1,12})\.([\w-]{16})([\w-]{43})$/.exec(value ?? "") ?? [];
    const credential = find(kind, id);
    const expiresMs = Number(end) * 1_000;
    if (credential === null || expiresMs <= clock.nowMs()) return null;
    const expected = macOf(`${purpose}${kind}.${id}.${end}.${session}`, credential.secretHash, key);
    if (!timingSafeEqual(Buffer.from(mac, "base64url"), expected)) return null;
    return ended.has(session) ? null : { credential, session, expiresMs };
  };
  return {
    mint: (kind, id, lifeSec) => {
      const credential = find(kind, id);
      if (credential === null) return null;
      const nowSec = Math.floor(clock.nowMs() / 1_000);
      const endSec = Math.min(nowSec + lifeSec, Math.floor(credential.expiresMs / 1_000));
      const session = Buffer.from(randomBytes(sessionBytes)).toString("base64url");
      const signed = (purpose: Purpose) => {
        const text = `${purpose}${kind}.${id}.${endSec}.${session}`;
        return `${id}.${endSec}.${session}${macOf(text, credential.secretHash, key).toString("base64url")}`;
      };
      return { value: signed(""), endValue: signed("end."), lifeSec: endSec - nowSec };
    },
    open: async (kind, value) => {
      const found = read("", kind, value);
      if (found === null) return null;
      const { credential } = found;
      if (credential.isRevoked) return "gone";
      const verified = await storedVerifier.verify(credential.token);
      return verified.ok ? { credential, principal: narrowTo(credential, verified.principal) } : "gone";
    },
    end: async (kind, endValue) => {
      const found = read("end.", kind, endValue);
      if (found === null) return null;
      const { credential, session, expiresMs } = found;
      await ended.end({ id: session, owner: credential.owner, expiresMs });
      return credential.id;
    },
  };
}

/** What opens cannot end, and what ends cannot open. */
type Purpose = "" | "end.";

/** 16 characters. */
const sessionBytes = 12;

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
