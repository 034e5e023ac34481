import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Capability, Principal } from "@relite/core/ucan";
import type { DavRequest } from "./target.ts";

/** Who the request acts for, and the one node everything it names lies below. */
export interface Caller {
  readonly owner: number;
  readonly principal: Principal;
  readonly via: "bearer" | "basic";
  readonly appId: string;
  readonly appRoot: number;
  /** The app at the other end of a COPY or MOVE. */
  readonly destinationRoot: number | null;
}

/** One request and its answer, with what is learnt on the way. */
export interface Exchange {
  readonly id: string;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly startedMs: number;
  /** What the connection had carried before this request. */
  readonly socket: Socket;
  readonly bytesReadBefore: number;
  readonly bytesWrittenBefore: number;
  dav: DavRequest | null;
  caller: Caller | null;
  needed: readonly Capability[];
  /** The stable code of a refusal, for the audit line. */
  code: string | null;
}

/** An exchange whose request was understood and allowed. */
export interface AllowedExchange extends Exchange {
  readonly dav: DavRequest;
  readonly caller: Caller;
}
