import { runBench } from "@relite/bench/main";

process.exitCode = await runBench(process.argv.slice(2), (text) => process.stdout.write(text));
