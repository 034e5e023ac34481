import { prepare } from "./launcher/prepare.ts";
import { runServer } from "./launcher/run-server.ts";

await runServer(
  "apps/api/src/main.ts",
  {
    command: "api",
    does: "Runs the web page and API alone.",
    defaultPort: 3020,
    settings: { port: "RELITE_PORT", host: "RELITE_HOST", data: "RELITE_DATA_DIR" },
  },
  () => prepare({ say: (line) => process.stdout.write(`${line}\n`) }),
);
