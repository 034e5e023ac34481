import { isReliteError } from "@relite/core/errors";
import { readConfig } from "./config.ts";
import { startApiServer } from "./server.ts";

const hasLauncher = process.connected;

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const server = await startApiServer(readConfig());
  const stop = () => {
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  // A launcher that was killed leaves no server behind.
  if (hasLauncher) process.once("disconnect", stop);
  if (hasLauncher && !process.connected) stop();
  say(`relite: web and API on ${server.publicUrl}`);
  if (server.setupCode !== null)
    say(`relite: open ${server.publicUrl}/setup#code=${server.setupCode} to become its owner`);
} catch (error) {
  process.stderr.write(`relite: ${isReliteError(error) ? error.message : "the API could not start."}\n`);
  process.exit(1);
}
