import { prepare } from "./launcher/prepare.ts";
import { runForeground } from "./launcher/run-foreground.ts";

await prepare({ say: (line) => process.stdout.write(`${line}\n`) });
await runForeground("apps/api/src/main.ts");
