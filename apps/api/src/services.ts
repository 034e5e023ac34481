import type { Connection } from "@relite/core/connections";
import type { Job, JobQueue } from "@relite/core/jobs";
import type { BookRepository, Proposal, ProposalRepository } from "@relite/core/library";
import type { z } from "zod";
import type { AccountStore } from "./accounts/index.ts";
import type { ChatSettings } from "./chat/chat-settings.ts";
import type { Completions } from "./chat/completions.ts";
import type { Enrolment } from "./enrolment.ts";
import type { JobWatch } from "./jobs/watch.ts";
import type { changedAuth, newAuth } from "./procedures/connection-view.ts";

/** What the procedures work with; made in `context.ts`, never by themselves. */
export interface Services {
  /** The DID that tokens for this server name. */
  readonly audience: string;
  readonly accounts: AccountStore;
  readonly enrolment: Enrolment;
  readonly connections: ConnectionDesk;
  readonly books: Pick<BookRepository, "list" | "count" | "get" | "setReadState" | "countByConnection">;
  readonly proposals: Pick<ProposalRepository, "list">;
  readonly jobs: Pick<JobQueue, "list" | "get" | "requestCancel"> & JobWatch;
  readonly chatSettings: ChatSettings;
  readonly completions: Completions;
}

/** Connections as their user works with them; somebody else's are `not_found`. */
export interface ConnectionDesk {
  list(userId: string): Promise<readonly Connection[]>;
  get(userId: string, id: string): Promise<Connection>;
  /** Probes, seals, stores. */
  create(userId: string, wanted: NewConnection, signal?: AbortSignal): Promise<Connection>;
  update(userId: string, id: string, change: ConnectionChange, signal?: AbortSignal): Promise<Connection>;
  remove(userId: string, id: string): Promise<void>;
  check(userId: string, id: string, signal?: AbortSignal): Promise<ConnectionCheck>;
  /** The queued job, or the one that is under way already. */
  sync(userId: string, id: string): Promise<Job>;
  /** null: there is no such open proposal. */
  decideProposal(userId: string, id: string, accept: boolean): Promise<Proposal | null>;
}

export interface NewConnection {
  readonly name: string;
  readonly url: string;
  readonly auth: z.output<typeof newAuth>;
}

export interface ConnectionChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly auth?: z.output<typeof changedAuth> | undefined;
}

export interface ConnectionCheck {
  readonly ok: boolean;
  readonly server: string | null;
  readonly failure: {
    readonly code: string;
    readonly reason: string | null;
    readonly message: string;
  } | null;
}
