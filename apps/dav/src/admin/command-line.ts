import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isReliteError } from "@relite/core/errors";
import { type DavConfig, readConfig } from "../config.ts";
import { openStorage, type Storage } from "../context.ts";

/** What a command sees of the world. */
export interface CommandIo {
  out(line: string): void;
  err(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Flags = Readonly<Record<string, "string" | "boolean">>;

export interface Parsed {
  readonly words: readonly string[];
  readonly flag: (name: string) => string | undefined;
  readonly isSet: (name: string) => boolean;
}

/** The exit code of a call that cannot be understood. */
export const wrongCall = 2;

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
  try {
    const env = dataDir === undefined ? io.env : { ...io.env, DAV_DATA_DIR: resolve(dataDir) };
    const config = readConfig(env);
    const storage = await openStorage(config);
    try {
      return await work(storage, config);
    } finally {
      storage.db.close();
    }
  } catch (error) {
    io.err(isReliteError(error) ? error.message : `cannot open the endpoint's data: ${String(error)}`);
    return 1;
  }
}
