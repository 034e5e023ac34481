import type { ConnectionRepository } from "../connections/index.ts";
import type { JobQueue } from "../jobs/index.ts";
import type { BookRepository, ProposalRepository, ScanStore } from "../library/index.ts";
import { createMemoryBooks } from "./memory-books.ts";
import { createMemoryConnections } from "./memory-connections.ts";
import { createMemoryJobs } from "./memory-jobs.ts";
import { createMemoryProposals } from "./memory-proposals.ts";
import { createMemoryScans } from "./memory-scans.ts";
import { createMemoryTables } from "./memory-tables.ts";

/** The repositories of connections, library and jobs over one database, as the contract suites take them. */
export interface LibraryRepositories {
  readonly connections: ConnectionRepository;
  readonly books: BookRepository;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  readonly queue: JobQueue;
}

/** In-memory twins of the repositories; they pass the same contract suites as the real ones. */
export function createMemoryRepositories(): LibraryRepositories {
  const tables = createMemoryTables();
  return {
    connections: createMemoryConnections(tables),
    books: createMemoryBooks(tables),
    scans: createMemoryScans(tables),
    proposals: createMemoryProposals(tables),
    queue: createMemoryJobs(tables),
  };
}
