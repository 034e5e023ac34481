import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Clock, systemClock } from "@relite/core/clock";
import { isReliteError, ReliteError } from "@relite/core/errors";
import { type DavConfig, readConfig } from "../config.ts";
import { openStorage, type Storage } from "../context.ts";

/** What a command sees of the world. */
export interface CommandIo {
  out(line: string): void;
  err(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a progress bar may be drawn; absent: plain lines. */
  readonly terminal?: { readonly columns: number; write(text: string): void } | undefined;
  /** Aborted when somebody wants the command to end; asked for by commands that then leave nothing half done. */
  cancel?(): AbortSignal;
}

export type Flags = Readonly<Record<string, "string" | "boolean">>;

export interface Parsed {
  readonly words: readonly string[];
  readonly flag: (name: string) => string | undefined;
  readonly isSet: (name: string) => boolean;
}

/** The exit code of a call that cannot be understood. */
export const wrongCall = 2;
const cancelledExit = 130;

/** Other processes hold the database for milliseconds; under load they may be quicker many times in a row. */
const patienceMs = 30_000;

/** Reads options and words; null (after saying why) when the line cannot be understood. */
export function parseLine(args: readonly string[], flags: Flags, io: CommandIo): Parsed | null {
  try {
    const options = Object.fromEntries(Object.entries(flags).map(([name, type]) => [name, { type }]));
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return {
      words: positionals,
      flag: (name) => (typeof values[name] === "string" ? values[name] : undefined),
      isSet: (name) => values[name] === true,
    };
  } catch {
    io.err("an option is unknown or lacks its value; see --help");
    return null;
  }
}

/** Opens the endpoint's storage below `--data` (or DAV_DATA_DIR), also while the endpoint runs; one line and 1 on failure. */
export async function withStorage(
  dataDir: string | undefined,
  io: CommandIo,
  work: (storage: Storage, config: DavConfig) => Promise<number>,
): Promise<number> {
  return exitCodeOf(io, async () => {
    const config = configFor(dataDir, io);
    const storage = await openStorage(config);
    storage.db.pragma(`busy_timeout = ${patienceMs}`);
    try {
      return await work(storage, config);
    } finally {
      storage.db.close();
    }
  });
}

/** What a command on existing data works with. */
export interface StorageJob {
  readonly line: Parsed;
  readonly io: CommandIo;
  readonly storage: Storage;
  readonly config: DavConfig;
  readonly clock: Clock;
  readonly cancel: AbortSignal;
}

export interface StorageCommand {
  readonly usage: string;
  /** Besides `--data`, `--json` and `--help`. */
  readonly flags?: Flags;
  /** How many words the line has. */
  readonly words: number;
  /** Says what is wrong with the call, before anything is opened; null: nothing. */
  check?(line: Parsed): string | null;
  run(job: StorageJob): Promise<number>;
}

/** A command that works on an endpoint's existing data, with help, cancelling, and one line for what went wrong. */
export function createStorageCommand(command: StorageCommand) {
  return async (args: readonly string[], io: CommandIo): Promise<number> => {
    const common = { data: "string", json: "boolean", help: "boolean" } as const;
    const line = parseLine(args, { ...common, ...command.flags }, io);
    if (line === null) return wrongCall;
    if (line.isSet("help")) {
      io.out(command.usage);
      return 0;
    }
    const hasWords = line.words.length === command.words;
    const problem = hasWords ? (command.check?.(line) ?? null) : command.usage.split("\n", 1)[0];
    if (problem !== null) {
      io.err(`${problem} (--help tells more)`);
      return wrongCall;
    }
    const data = line.flag("data");
    const missing = await exitCodeOf(io, async () => requireData(configFor(data, io)));
    if (missing !== 0) return missing;
    return withStorage(data, io, (storage, config) => {
      const cancel = io.cancel?.() ?? new AbortController().signal;
      return command.run({ line, io, storage, config, clock: systemClock, cancel });
    });
  };
}

/** Runs a command's work; what it throws becomes one line and an exit code. */
export async function exitCodeOf(io: CommandIo, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (isReliteError(error) && error.code === "cancelled") {
      io.err("cancelled; nothing is half done, and running it again goes on from here");
      return cancelledExit;
    }
    io.err(isReliteError(error) ? error.message : `cannot open the endpoint's data: ${String(error)}`);
    return 1;
  }
}

/** Throws `cancelled` once somebody wants the command to end. */
export function checkCancel(cancel: AbortSignal): void {
  if (cancel.aborted) throw new ReliteError("cancelled", "Cancelled");
}

export function configFor(dataDir: string | undefined, io: CommandIo): DavConfig {
  return readConfig(dataDir === undefined ? io.env : { ...io.env, DAV_DATA_DIR: resolve(dataDir) });
}

/** 0 where an endpoint keeps its data; `not_found` where a command would only make an empty one. */
export async function requireData({ databaseFile, folder }: DavConfig): Promise<number> {
  if (existsSync(databaseFile)) return 0;
  throw new ReliteError("not_found", `there is no endpoint's data in ${folder}; see --data`);
}
