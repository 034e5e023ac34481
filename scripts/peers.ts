import { prepare } from "./launcher/prepare.ts";
import { runTests } from "./launcher/run-tests.ts";

await prepare({ say: (line) => process.stdout.write(`${line}\n`) });
await runTests(["--config", "vitest.peers.config.ts", ...process.argv.slice(2)]);
