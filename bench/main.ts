import { parseArgs } from "node:util";
import type { Table } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import { printTable } from "./print-table.ts";

/** One `npm run bench -- <name>`: measures ours and its peers in one run; each table as soon as it is measured. */
export type Bench = (options: BenchOptions) => AsyncIterable<Table>;

const loadByName: Readonly<Record<string, () => Promise<Bench>>> = {
  ucan: async () => (await import("./ucan.ts")).benchUcan,
  dav: async () => (await import("./dav.ts")).benchDav,
  sync: async () => (await import("./sync.ts")).benchSync,
  store: async () => (await import("./store.ts")).benchStore,
  library: async () => (await import("./library.ts")).benchLibrary,
};

const usage = `npm run bench -- <${[...Object.keys(loadByName), "all"].join("|")}> [options]

  --peers a,b   measure beside these peers only (dav: apache, nginx, rclone, stock; "none" for ours alone)
  --only a,b    these groups of tables only (dav: listings, small, large, trees, sync)
  --json        all tables as JSON at the end, instead of text as they are measured
`;

/** `<name>|all` and options; returns the exit code. */
export async function runBench(args: readonly string[], print: (text: string) => void): Promise<number> {
  const asked = readArguments(args);
  if (asked === null || asked.help) {
    print(usage);
    return asked === null ? 2 : 0;
  }
  const results: { bench: string; tables: Table[] }[] = [];
  for (const name of asked.names) {
    const bench = await loadByName[name]?.();
    const tables: Table[] = [];
    results.push({ bench: name, tables });
    if (bench === undefined) continue;
    for await (const table of bench(asked.options)) {
      tables.push(table);
      if (!asked.json) print(`${printTable(table)}\n`);
    }
  }
  if (asked.json) print(`${JSON.stringify(results, null, 2)}\n`);
  return 0;
}

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        peers: { type: "string" },
        only: { type: "string" },
      },
    });
    const [name = "", ...more] = positionals;
    const names = name === "all" ? Object.keys(loadByName) : [name];
    if (!values.help && (more.length > 0 || names.some((one) => !Object.hasOwn(loadByName, one))))
      return null;
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    const options: BenchOptions = { only: words(values.only), peers: words(values.peers), say };
    return { names, options, json: values.json, help: values.help };
  } catch {
    return null;
  }
}

function words(text: string | undefined): readonly string[] | null {
  return text === undefined ? null : text.toLowerCase().split(",");
}
