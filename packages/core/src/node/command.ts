import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { isReliteError, ReliteError } from "../errors/index.ts";

/** What a command of `npm run relite` may touch. */
export interface CommandIo {
  out(line: string): void;
  err(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a progress bar may be drawn; absent: plain lines. */
  readonly terminal?: { readonly columns: number; write(text: string): void } | undefined;
  /** Aborted when somebody wants the command to end; asked for by commands that then leave nothing half done. */
  cancel?(): AbortSignal;
}

/** Arguments of a command, its exit code: 0 done, 1 failed, 2 called wrongly, 130 cancelled. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>;

/** A command called wrongly; answered with the message, a hint at `--help`, and exit code 2. */
export class UsageError extends Error {}

export interface ParsedArgs {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  /** The last value wins. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Every value of an option that was given several times. */
  all(name: string): readonly string[];
}

/** Gives a command its `--help` and turns what it throws into one line and an exit code. */
export function createCommand(
  help: string,
  options: { readonly flags: readonly string[]; readonly values: readonly string[] },
  run: (args: ParsedArgs, io: CommandIo) => Promise<void>,
): Command {
  return async (args, io) => {
    if (args.includes("--help") || args.includes("-h")) {
      io.out(help.trim());
      return 0;
    }
    try {
      await run(readArgs(args, options), io);
      return 0;
    } catch (error) {
      if (error instanceof UsageError) {
        io.err(`${error.message} (--help tells more)`);
        return 2;
      }
      if (!isReliteError(error)) throw error;
      io.err(error.message);
      return 1;
    }
  };
}

/** What the operating system said of a file, in plain words; the path is the caller's own. */
export function fileProblem(error: unknown, file: string): ReliteError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words: Readonly<Record<string, string>> = {
    EEXIST: "exists already; it is not overwritten",
    ENOENT: "does not exist",
    EACCES: "may not be opened (permission denied)",
    EISDIR: "is a folder",
    ENOTDIR: "is below something that is no folder",
    EROFS: "is on a read-only file system",
  };
  return new ReliteError(
    "bad_request",
    `${file} ${words[code] ?? `cannot be used (${code || "unknown"})`}.`,
    {
      cause: error,
    },
  );
}

function readArgs(
  args: readonly string[],
  { flags, values }: { readonly flags: readonly string[]; readonly values: readonly string[] },
): ParsedArgs {
  const options: ParseArgsOptionsConfig = Object.fromEntries([
    ...flags.map((name) => [name, { type: "boolean" }] as const),
    ...values.map((name) => [name, { type: "string", multiple: true }] as const),
  ]);
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const all = (name: string) => [parsed.values[name]].flat().filter((value) => typeof value === "string");
    return {
      positionals: parsed.positionals,
      flags: new Set(flags.filter((name) => parsed.values[name] === true)),
      values: Object.fromEntries(values.map((name) => [name, all(name).at(-1)])),
      all,
    };
  } catch (error) {
    const [sentence = "Bad arguments."] = (error instanceof Error ? error.message : "").split(". ");
    throw new UsageError(sentence);
  }
}
