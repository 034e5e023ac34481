import { endpointProgram } from "./launcher/endpoint-program.ts";
import { runServer } from "./launcher/run-server.ts";

await runServer(
  {
    command: "dav",
    does: "Runs the WebDAV endpoint alone.",
    defaultPort: 3021,
    settings: { port: "DAV_PORT", host: "DAV_HOST", data: "DAV_DATA_DIR" },
  },
  endpointProgram,
);
