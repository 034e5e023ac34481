import { runForeground } from "./launcher/run-foreground.ts";

await runForeground("apps/dav/src/main.ts");
