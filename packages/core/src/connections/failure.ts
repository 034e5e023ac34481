import { isReliteError } from "../errors/index.ts";
import type { JobFailure } from "../jobs/index.ts";
import { toRemoteFault } from "./probe.ts";

/** What a person may read about a failed request to a remote server: our own codes and sentences, nothing of theirs. */
export function toFailure(error: unknown): JobFailure {
  const fault = toRemoteFault(error);
  if (!isReliteError(fault)) return internalFailure;
  const { code, reason = null, message } = fault;
  return { code, reason, message };
}

const internalFailure: JobFailure = {
  code: "internal",
  reason: null,
  message: "The sync failed inside Relite; the server's log says why.",
};
