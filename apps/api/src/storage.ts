import type { ConnectionRepository } from "@relite/core/connections";
import type { JobQueue } from "@relite/core/jobs";
import type { BookRepository, ProposalRepository, ScanStore } from "@relite/core/library";
import type { AccountStore } from "./accounts/index.ts";

/** Everything the API keeps; opened once, closed last. */
export interface Storage {
  readonly accounts: AccountStore;
  readonly connections: ConnectionRepository;
  readonly books: BookRepository;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  readonly queue: JobQueue;
  close(): Promise<void>;
}
