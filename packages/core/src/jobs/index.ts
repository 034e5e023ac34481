export { backoffMs, jitteredMs } from "./backoff.ts";
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
export {
  createJobRunner,
  type JobContext,
  type JobRunner,
  type JobRunnerParts,
  type JobWork,
} from "./runner.ts";
