/** The endpoint as a process of its own, to be killed: settings from the environment, port on the standard output. */
import { readConfig } from "../src/config.ts";
import { startDavServer } from "../src/server.ts";

const server = await startDavServer(readConfig(process.env));
process.stdout.write(`${server.port}\n`);
