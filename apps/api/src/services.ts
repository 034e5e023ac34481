import type { ConnectionService } from "@relite/core/connections";
import type { JobQueue } from "@relite/core/jobs";
import type { BookRepository, ProposalRepository } from "@relite/core/library";
import type { AccountStore } from "./accounts/index.ts";
import type { ChatSettings } from "./chat/chat-settings.ts";
import type { Completions } from "./chat/completions.ts";
import type { Enrolment } from "./enrolment.ts";
import type { JobWatch } from "./jobs/watch.ts";

/** What the procedures work with; made in `context.ts`, never by themselves. */
export interface Services {
  /** The DID that tokens for this server name. */
  readonly audience: string;
  readonly accounts: AccountStore;
  readonly enrolment: Enrolment;
  readonly connections: ConnectionService;
  readonly books: Pick<BookRepository, "list" | "count" | "get" | "setReadState" | "countByConnection">;
  readonly proposals: Pick<ProposalRepository, "list">;
  readonly jobs: Pick<JobQueue, "list" | "get" | "requestCancel"> & JobWatch;
  readonly chatSettings: ChatSettings;
  readonly completions: Completions;
}
