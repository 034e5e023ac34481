import { checkStorage, type Problem } from "../storage/check-storage.ts";
import { repairStorage } from "../storage/repair-storage.ts";
import { createStorageCommand, type StorageJob } from "./command-line.ts";
import { startProgress } from "./progress.ts";

const usage = `Usage: fsck [--repair] [--data DIR] [--json]
Reads everything that is kept and compares it with what is said about it. Exit code 0 when all is well, 1 otherwise.
--repair counts wrong sums anew and marks content rightly as used or unused. It never touches a file or its content:
what is damaged or missing is named, with every file that has it, and comes back by uploading it again or from a backup.
Works on a stopped and on a running endpoint.`;

/** `fsck`: reads everything that is kept and compares it with what is said about it. */
export const runFsck = createStorageCommand({ usage, flags: { repair: "boolean" }, words: 0, run: check });

async function check({ storage, io, line, clock, cancel }: StorageJob): Promise<number> {
  const repaired = line.isSet("repair") ? repairStorage(storage.db, clock.nowMs()) : null;
  const progress = startProgress(io, clock.nowMs, { title: "fsck", unit: "bytes", total: null });
  const report = await checkStorage(storage, { cancel, onBytes: progress.add, onTotal: progress.expect });
  progress.end();
  if (line.isSet("json")) io.out(JSON.stringify(repaired === null ? report : { ...report, repaired }));
  else {
    for (const problem of report.problems) io.err(describe(problem));
    const { nodes, contents, bytes, unreferenced } = report;
    if (repaired !== null) io.out(`repaired ${repaired.sums} sums, ${repaired.marks} marks`);
    io.out(`${nodes} nodes, ${contents} contents, ${bytes} bytes, ${unreferenced} not referenced any more`);
    io.out(report.problems.length === 0 ? "clean" : `${report.problems.length} problems`);
  }
  return report.problems.length === 0 ? 0 : 1;
}

function describe({ kind, owner, subject, files = [] }: Problem): string {
  const named = files.length === 0 ? "" : ` (${files.join(", ")})`;
  return `${kind}${owner === null ? "" : ` owner ${owner}`}: ${subject}${named}`;
}
