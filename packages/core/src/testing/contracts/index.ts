export { describeBookRepository } from "./book-repository.ts";
export { describeConnectionRepository } from "./connection-repository.ts";
export { describeJobQueue } from "./job-queue.ts";
export { describeLibraryPeer, type LibraryPeer, type LibraryPeerSuite } from "./library-peer.ts";
export { describeProposalRepository } from "./proposal-repository.ts";
export { anna, ben, connectionRow, listed, newBook } from "./rows.ts";
export { describeScanFuzz } from "./scan-fuzz.ts";
export { describeScanStore } from "./scan-store.ts";
export { describeSyncStore } from "./sync-store.ts";
