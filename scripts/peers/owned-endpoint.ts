import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../launcher/root.ts";
import { startEndpointProcess } from "./endpoint.ts";
import { runProgram } from "./run-program.ts";

/** An endpoint whose owner was made and enrolled by the command line, as the README says. */
export interface OwnedEndpoint extends AsyncDisposable {
  /** The app's collection. */
  readonly url: string;
  readonly port: number;
  /** A folder for what the test needs. */
  readonly folder: string;
  /** What prints a fresh token for the app. */
  tokenCommand(...options: readonly string[]): string;
  token(...options: readonly string[]): Promise<string>;
  /** A password for the app, that any WebDAV client can send. */
  appPassword(...options: readonly string[]): Promise<string>;
  /** The command line of Relite; throws when it fails. */
  relite(...args: readonly string[]): Promise<string>;
  /** Stops the process and starts another on the same folder and port; `meanwhile` is done between. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
}

const program = join(root, "scripts/relite.ts");

export async function startOwnedEndpoint(
  app: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OwnedEndpoint> {
  const folder = mkdtempSync(join(tmpdir(), "relite-peer-"));
  const [key, data] = [join(folder, "owner.key"), join(folder, "data")];
  const relite = async (...args: readonly string[]) => {
    const { code, out, err } = await runProgram(process.execPath, [program, ...args]);
    if (code !== 0) throw new Error(`relite ${args[0]} ended with ${code}: ${err}`);
    return out.trim();
  };
  const did = await relite("key", "new", key);
  await relite("owners", "add", did, "--data", data);
  let server = await startEndpointProcess(data, env);
  const port = Number(new URL(server.url).port);
  const args = ["token", "--key", key, "--aud", server.url, "--app", app];
  return {
    url: `${server.url}/dav/apps/${app}/`,
    port,
    folder,
    tokenCommand: (...options) => [process.execPath, program, ...args, ...options].join(" "),
    token: (...options) => relite(...args, ...options),
    relite: (...words) => relite(...words, "--data", data),
    appPassword: async (...options) => {
      const made = await relite(
        ...["app-password", "create", "--key", key, "--url", server.url, "--app", app, "--json"],
        ...options,
      );
      return String(JSON.parse(made).password);
    },
    restart: async (meanwhile) => {
      await server.close();
      await meanwhile?.();
      server = await startEndpointProcess(data, env, port);
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
