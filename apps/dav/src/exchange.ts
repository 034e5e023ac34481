import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Capability, Principal } from "@relite/core/ucan";
import type { DavRequest } from "./target.ts";

/** Who the request acts for. */
export interface Identity {
  readonly owner: number;
  readonly principal: Principal;
  readonly via: "bearer" | "basic" | "app-password" | "share";
  /** The app password or share it came by. */
  readonly credentialId: string | null;
  /** Whose locks are its own: the invoking key, or the app password, however many were made by one key. */
  readonly actor: string;
}

/** An identity and the one node everything its request names lies below. */
export interface Caller extends Identity {
  readonly appId: string;
  readonly appRoot: number;
  /** The app at the other end of a COPY or MOVE. */
  readonly destinationRoot: number | null;
}

/** What is known of an exchange that is over. */
export interface ExchangeEnd {
  readonly nowMs: number;
  readonly ms: number;
  /** Its own bytes, heads included. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** One request and its answer, with what is learnt on the way. */
export interface Exchange {
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly startedMs: number;
  readonly socket: Socket;
  /** What the connection had carried before this request. */
  readonly bytesInBefore: number;
  readonly bytesOutBefore: number;
  dav: DavRequest | null;
  identity: Identity | null;
  caller: Caller | null;
  needed: readonly Capability[];
  /** What a page made or ended: the id of an app password, of a share, of a revoked token. */
  subject: string | null;
  /** The stable code of a refusal, for the audit line. */
  code: string | null;
}

/** An exchange whose request was understood and allowed. */
export interface AllowedExchange extends Exchange {
  readonly dav: DavRequest;
  readonly caller: Caller;
}
