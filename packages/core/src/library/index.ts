export type { Book, BookFacts, BookState, ReadState } from "./book.ts";
export { noCounts } from "./counts.ts";
export { type BookFormat, bookFormats, recogniseFormat, titleFromName } from "./format.ts";
export { isOtherServer } from "./guard.ts";
export { identityOf } from "./listing.ts";
export type {
  Proposal,
  ProposalFilter,
  ProposalKind,
  ProposalRepository,
  ProposalStatus,
} from "./proposal.ts";
export type { BookCounts, BookPage, BookQuery, BookRepository, BookSort } from "./repository.ts";
export { type ScanInput, type ScanOutcome, scanConnection } from "./scan.ts";
export {
  type Absence,
  type AbsenceDecision,
  type FolderCommit,
  type FolderFacts,
  type FolderState,
  isLost,
  type KnownBook,
  type KnownFolder,
  type Move,
  type NewBook,
  type Round,
  type RoundCounts,
  type RoundStatus,
  type ScanStore,
  type SeenBook,
} from "./scan-store.ts";
export { searchTextOf, searchWords, sortKeyOf } from "./search.ts";
