import { mkdtempSync, readFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { endpointProgram } from "./launcher/endpoint-program.ts";
import { prepareDatabase } from "./launcher/prepare.ts";
import { root } from "./launcher/root.ts";
import { type LongForm, longForms } from "./soak/long-forms.ts";
import { commandOf, runForm } from "./soak/run-form.ts";

const help = `Usage: npm run soak -- [options]

The long forms of the endpoint's durability tests, each with one line of what it did; the last line is "N passed, N failed".

  --scale N     a part or a multiple of the whole: 0.1 takes some two minutes, 1 some twenty   (1)
  --seed N      what is random follows from it; without it another one each time, printed
  --only TEXT   forms whose name or file has this in it
  --lanes N     forms at once                                                                   (2, with one core 1)
  --list        what would run, as commands
  --help        this text`;

const say = (line: string) => process.stdout.write(`${line}\n`);

const options = read();
if (options === null) {
  say(help);
} else {
  const { scale, seed, only, lanes, isList } = options;
  const forms = longForms(scale, seed).filter(({ name, file }) => `${name} ${file}`.includes(only));
  if (isList) for (const form of forms) say(commandOf(form));
  else process.exitCode = await runAll(forms, { lanes, again: `npm run soak -- --seed ${seed}` });
}

function read() {
  const { values } = parseArgs({
    options: {
      scale: { type: "string", default: "1" },
      seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1_000_000)) },
      only: { type: "string", default: "" },
      lanes: { type: "string", default: String(Math.min(2, availableParallelism())) },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const [scale, seed, lanes] = [Number(values.scale), Number(values.seed), Number(values.lanes)];
  if (!(scale > 0) || !Number.isInteger(seed) || !Number.isInteger(lanes) || lanes < 1) return null;
  return { scale, seed, lanes, only: values.only, isList: values.list };
}

/** Answers the exit code. */
async function runAll(
  forms: readonly LongForm[],
  { lanes, again }: { readonly lanes: number; readonly again: string },
): Promise<number> {
  await prepareDatabase();
  const { nodeArgs, script } = await endpointProgram(say);
  // What a user runs is the build.
  const env = { DAV_ENDPOINT: [...nodeArgs, resolve(root, script)].join("\n") };
  const folder = mkdtempSync(join(tmpdir(), "relite-soak-"));
  say(`${forms.length} long forms, ${lanes} at once (again: ${again}); logs in ${folder}`);
  const waiting = forms.map((form, index) => ({ form, logFile: join(folder, `${index}-${form.file}.log`) }));
  let failed = 0;
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { form, logFile } = next;
      const end = await runForm({ ...form, env: { ...form.env, ...env } }, logFile);
      const told = end.told || asked(form);
      say(`${end.isPassed ? "ok    " : "FAILED"} ${form.name}, ${end.seconds} s: ${told}`);
      if (end.isPassed) continue;
      failed += 1;
      say(lastLines(logFile));
      say(`  again: ${commandOf(form)}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  say(`${forms.length - failed} passed, ${failed} failed`);
  return failed === 0 && forms.length > 0 ? 0 : 1;
}

/** For a form that says nothing of its work. */
function asked({ env }: LongForm): string {
  return Object.entries(env)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function lastLines(file: string): string {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-40);
  return lines.map((line) => `  | ${line}`).join("\n");
}
