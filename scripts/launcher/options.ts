import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./root.ts";

export interface StartOptions {
  readonly port: number;
  readonly davPort: number;
  readonly host: string;
  /** The endpoint's own address where it has one. */
  readonly davHost: string;
  /** What a browser calls the page by. */
  readonly webUrl: string;
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
  const flags = parse(args, startOptions, "npm start");
  if (flags.help) return null;
  const port = portOf("--port", flags.port ?? env.RELITE_PORT ?? "3020");
  const davPort = portOf("--dav-port", flags["dav-port"] ?? env.DAV_PORT ?? "3021");
  if (port === davPort) throw new UsageError(`--port and --dav-port are both ${port}; they must differ`);
  const host = flags.host ?? env.RELITE_HOST ?? "127.0.0.1";
  const webUrl = env.RELITE_PUBLIC_URL ?? `http://localhost:${port}`;
  if (!URL.canParse(webUrl))
    throw new UsageError("RELITE_PUBLIC_URL must be an http or https address without a path");
  return {
    port,
    davPort,
    host,
    davHost: flags.host ?? env.DAV_HOST ?? host,
    webUrl,
    dataDir: resolve(root, flags.data ?? env.RELITE_DATA_DIR ?? "data"),
  };
}

interface ServerNames {
  /** As npm knows the command, `dav`. */
  readonly command: string;
  readonly does: string;
  readonly defaultPort: number;
  /** Setting by option. */
  readonly settings: Readonly<Record<"port" | "host" | "data", string>>;
}

/** The settings that the options of `npm run dav` or `npm run api` stand for; the text to print when help was asked for. */
export function readServerOptions(
  args: readonly string[],
  { command, does, defaultPort, settings }: ServerNames,
): string | Readonly<Record<string, string>> {
  const { help, port, host, data } = parse(args, serverOptions, `npm run ${command}`);
  if (help)
    return `Usage: npm run ${command} -- [options]

${does}

  --port N       port                             (${settings.port}, ${defaultPort})
  --host HOST    address to listen on             (${settings.host}, 127.0.0.1)
  --data DIR     folder that keeps everything     (${settings.data}, ./data)
  --help         this text

Further settings are listed in .env.example; a file named .env beside it is read.`;
  return {
    ...(port === undefined ? {} : { [settings.port]: String(portOf("--port", port)) }),
    ...(host === undefined ? {} : { [settings.host]: host }),
    ...(data === undefined ? {} : { [settings.data]: resolve(root, data) }),
  };
}

const serverOptions = {
  port: { type: "string" },
  host: { type: "string" },
  data: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const startOptions = { ...serverOptions, "dav-port": { type: "string" } } as const;

function parse<Options extends typeof serverOptions>(
  args: readonly string[],
  options: Options,
  command: string,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)} (see ${command} -- --help)`,
    );
  }
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`${name} takes a number from 1 to 65535, not "${text}"`);
}
