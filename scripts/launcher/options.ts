import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./root.ts";

export interface StartOptions {
  readonly port: number;
  readonly davPort: number;
  readonly host: string;
  readonly dataDir: string;
}

export class UsageError extends Error {}

export const startHelp = `Usage: npm start -- [options]

Runs the web page and API, and the WebDAV endpoint, with storage below one data folder.

  --port N       port of the web page and API     (RELITE_PORT, 3020)
  --dav-port N   port of the WebDAV endpoint      (DAV_PORT, 3021)
  --host HOST    address both listen on           (RELITE_HOST / DAV_HOST, 127.0.0.1)
  --data DIR     folder that keeps everything     (RELITE_DATA_DIR / DAV_DATA_DIR, ./data)
  --help         this text

Further settings are listed in .env.example; a file named .env beside it is read.`;

/** Settings from `.env` in the repository's folder; what the environment already has wins. */
export function loadSettingsFile(): void {
  const file = join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
}

/** Null when help was asked for. Flags win over the environment, the environment over defaults. */
export function readStartOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): StartOptions | null {
  const flags = parse(args);
  if (flags.help) return null;
  return {
    port: portOf("--port", flags.port ?? env.RELITE_PORT ?? "3020"),
    davPort: portOf("--dav-port", flags["dav-port"] ?? env.DAV_PORT ?? "3021"),
    host: flags.host ?? env.RELITE_HOST ?? "127.0.0.1",
    dataDir: resolve(root, flags.data ?? env.RELITE_DATA_DIR ?? "data"),
  };
}

function parse(args: readonly string[]) {
  const options = {
    port: { type: "string" },
    "dav-port": { type: "string" },
    host: { type: "string" },
    data: { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)} (see npm start -- --help)`,
    );
  }
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`${name} takes a number from 1 to 65535, not "${text}"`);
}
