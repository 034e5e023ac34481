import { boundedMemory } from "./launcher/bounded-memory.ts";
import { prepare } from "./launcher/prepare.ts";
import { runServer } from "./launcher/run-server.ts";

await runServer(
  {
    command: "api",
    does: "Runs the web page and API alone.",
    defaultPort: 3020,
    settings: { port: "RELITE_PORT", host: "RELITE_HOST", data: "RELITE_DATA_DIR" },
  },
  async (say) => {
    await prepare({ say });
    return { ...boundedMemory, script: "apps/api/src/main.ts" };
  },
);
