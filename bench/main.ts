import type { Table } from "./measure.ts";
import { printTable } from "./print-table.ts";

/** One `npm run bench -- <name>`: measures ours and its peers in one run. */
export type Bench = () => Promise<readonly Table[]>;

const loadByName: Readonly<Record<string, () => Promise<Bench>>> = {
  ucan: async () => (await import("./ucan.ts")).benchUcan,
  dav: async () => (await import("./dav.ts")).benchDav,
  sync: async () => (await import("./sync.ts")).benchSync,
  store: async () => (await import("./store.ts")).benchStore,
  library: async () => (await import("./library.ts")).benchLibrary,
};

/** `<name>|all [--json]`; returns the exit code. */
export async function runBench(args: readonly string[], print: (text: string) => void): Promise<number> {
  const [name, ...more] = args.filter((arg) => arg !== "--json");
  const names = name === "all" ? Object.keys(loadByName) : [name ?? ""];
  if (more.length > 0 || names.some((one) => !Object.hasOwn(loadByName, one))) {
    print(`npm run bench -- <${[...Object.keys(loadByName), "all"].join("|")}> [--json]\n`);
    return 2;
  }
  const results: { bench: string; tables: readonly Table[] }[] = [];
  for (const one of names) {
    const bench = await loadByName[one]?.();
    const tables = (await bench?.()) ?? [];
    results.push({ bench: one, tables });
    if (!args.includes("--json")) for (const table of tables) print(`${printTable(table)}\n`);
  }
  if (args.includes("--json")) print(`${JSON.stringify(results, null, 2)}\n`);
  return 0;
}
