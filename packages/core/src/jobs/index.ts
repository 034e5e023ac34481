export {
  isActive,
  type Job,
  type JobFailure,
  type JobProgress,
  type JobStatus,
  type JobTrigger,
  noProgress,
} from "./job.ts";
export type {
  ClaimRequest,
  Heartbeat,
  JobOutcome,
  JobPage,
  JobQuery,
  JobQueue,
  LeaseState,
  NewJob,
} from "./queue.ts";
