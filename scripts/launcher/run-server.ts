import { loadSettingsFile, readServerOptions } from "./options.ts";
import { runForeground } from "./run-foreground.ts";

/** One of the two servers alone: options, settings, then the program in this terminal. */
export async function runServer(
  script: string,
  names: Parameters<typeof readServerOptions>[1],
  prepare: () => Promise<void> = async () => {},
): Promise<void> {
  try {
    loadSettingsFile();
    const settings = readServerOptions(process.argv.slice(2), names);
    if (typeof settings === "string") return void process.stdout.write(`${settings}\n`);
    await prepare();
    await runForeground(script, settings);
  } catch (error) {
    process.stderr.write(`relite: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
