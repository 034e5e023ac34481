import type { ConnectionRepository } from "@relite/core/connections";
import type { JobQueue } from "@relite/core/jobs";
import type { BookRepository, ProposalRepository, ScanStore } from "@relite/core/library";
import type { Database } from "@relite/prisma";
import { createConnections } from "./connections.ts";
import { createJobs } from "./jobs/index.ts";
import { createBooks } from "./library/books.ts";
import { createProposals } from "./proposals.ts";
import { createScans } from "./scans/index.ts";

/** Connections, library and jobs in the database. */
export interface Repositories {
  readonly connections: ConnectionRepository;
  readonly books: BookRepository;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  readonly queue: JobQueue;
}

export function createRepositories(database: Database): Repositories {
  return {
    connections: createConnections(database),
    books: createBooks(database),
    scans: createScans(database),
    proposals: createProposals(database),
    queue: createJobs(database),
  };
}
