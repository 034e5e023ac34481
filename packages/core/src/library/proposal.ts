/**
 * Why an outcome waits for the user: `many_missing`: more than max(20 %, 1,000) books vanished · `root_empty`: the
 * root lists nothing though books are known · `server_changed`: another server product answers at the address.
 */
export type ProposalKind = "many_missing" | "root_empty" | "server_changed";

/** `superseded`: a later scan found the matter settled. */
export type ProposalStatus = "open" | "accepted" | "rejected" | "superseded";

/** A scan's outcome that is not applied unless the user accepts it; at most one per connection is open. */
export interface Proposal {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
  readonly kind: ProposalKind;
  readonly status: ProposalStatus;
  /** The round whose absences it would apply. */
  readonly round: number;
  /** Books that would become missing, of how many known. */
  readonly vanished: number;
  readonly known: number;
  /** Up to 20 paths of vanished books. */
  readonly sample: readonly string[];
  /** For `server_changed`: what answered before and now. */
  readonly serverBefore: string | null;
  readonly serverNow: string | null;
  readonly createdAtMs: number;
  readonly decidedAtMs: number | null;
}

/** Keeps proposals; user first, other people's are not there. Implementations run `describeProposalRepository`. */
export interface ProposalRepository {
  /** Stores an open proposal; an open one of the same connection keeps its id and `createdAtMs` and takes the rest. Returns the row. */
  propose(userId: string, proposal: Proposal): Promise<Proposal>;
  get(userId: string, id: string): Promise<Proposal | null>;
  /** Newest first (createdAtMs, then id, descending), at most 200. */
  list(userId: string, filter: ProposalFilter): Promise<readonly Proposal[]>;
  /** Open → decided; null when there is no such open proposal (so that of two callers one wins). */
  decide(
    userId: string,
    id: string,
    status: Exclude<ProposalStatus, "open">,
    nowMs: number,
  ): Promise<Proposal | null>;
}

export interface ProposalFilter {
  readonly connectionId?: string;
  readonly status?: ProposalStatus;
}
