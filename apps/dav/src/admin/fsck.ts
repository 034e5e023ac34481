import { checkStorage, type Problem } from "../storage/check-storage.ts";
import { type CommandIo, parseLine, withStorage, wrongCall } from "./command-line.ts";

const usage = "Usage: fsck [--data DIR] [--json]";

/** `fsck`: reads everything that is kept and compares it with what is said about it. 0 when all is well, 1 otherwise. */
export async function runFsck(args: readonly string[], io: CommandIo): Promise<number> {
  const flags = { data: "string", json: "boolean", help: "boolean" } as const;
  const line = parseLine(args, flags, io);
  if (line === null) return wrongCall;
  if (line.isSet("help")) {
    io.out(usage);
    return 0;
  }
  if (line.words.length > 0) {
    io.err("fsck takes no words; see --help");
    return wrongCall;
  }
  return withStorage(line.flag("data"), io, async (storage) => {
    const report = await checkStorage(storage);
    if (line.isSet("json")) io.out(JSON.stringify(report));
    else {
      for (const problem of report.problems) io.err(describe(problem));
      const { nodes, contents, bytes, unreferenced } = report;
      io.out(`${nodes} nodes, ${contents} contents, ${bytes} bytes, ${unreferenced} not referenced any more`);
      io.out(report.problems.length === 0 ? "clean" : `${report.problems.length} problems`);
    }
    return report.problems.length === 0 ? 0 : 1;
  });
}

function describe({ kind, owner, subject }: Problem): string {
  return `${kind}${owner === null ? "" : ` owner ${owner}`}: ${subject}`;
}
