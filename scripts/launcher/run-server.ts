import type { ServerProgram } from "./endpoint-program.ts";
import { loadSettingsFile, readServerOptions } from "./options.ts";
import { runForeground } from "./run-foreground.ts";

/** One of the two servers alone: options, settings, what `prepare` makes ready, then the program in this terminal. */
export async function runServer(
  names: Parameters<typeof readServerOptions>[1],
  prepare: (say: (line: string) => void) => Promise<ServerProgram>,
): Promise<void> {
  try {
    loadSettingsFile();
    const settings = readServerOptions(process.argv.slice(2), names);
    if (typeof settings === "string") return void process.stdout.write(`${settings}\n`);
    await runForeground(await prepare((line) => process.stdout.write(`${line}\n`)), settings);
  } catch (error) {
    process.stderr.write(`relite: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
