import type { Clock } from "@relite/core/clock";
import type { Logger } from "@relite/core/log";
import type { Principal } from "@relite/core/ucan";
import type { User } from "./accounts/index.ts";
import type { Services } from "./services.ts";

/** Who calls: the key that proved itself, and the user it belongs to. */
export interface Caller {
  readonly user: User;
  readonly principal: Principal;
}

/** What every procedure is given; one per HTTP request. */
export interface RequestContext {
  readonly requestId: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly services: Services;
  /** Address of the other side, for counting tries. */
  readonly remoteAddress: string;
  /** A valid token of any root: proof that the caller holds the key. `unauthorized` otherwise. */
  prove(): Promise<Principal>;
  /** A valid token whose root belongs to a user. `unauthorized` otherwise. */
  identify(): Promise<Caller>;
}
