import type { BenchServer } from "./dav-servers.ts";
import type { Contender, Gauge } from "./measure.ts";
import type { BenchOptions } from "./options.ts";

/** The servers on which the work succeeded; a peer that cannot do it is left out of what needs it. */
export async function prepare(
  servers: readonly BenchServer[],
  say: BenchOptions["say"],
  work: (server: BenchServer) => Promise<unknown>,
): Promise<readonly BenchServer[]> {
  const able: BenchServer[] = [];
  for (const server of servers) {
    try {
      await work(server);
      able.push(server);
    } catch (error) {
      if (server.isOurs) throw error;
      say(`${server.name} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return able;
}

/** A target that is a share of Apache's time stands only where Apache runs, which is first then. */
export function each(
  servers: readonly BenchServer[],
  run: (server: BenchServer) => Promise<unknown>,
  aim: Pick<Contender, "target" | "targetRatio"> = {},
): readonly Contender[] {
  const isKnown = aim.target !== undefined || servers[0]?.name.startsWith("Apache");
  return servers.map((server) => ({
    name: server.name,
    run: () => named(server, run),
    isPeer: !server.isOurs,
    ...(server.isOurs && isKnown ? aim : {}),
  }));
}

async function named<Result>(
  server: BenchServer,
  run: (server: BenchServer) => Promise<Result>,
): Promise<Result> {
  try {
    return await run(server);
  } catch (cause) {
    throw new Error(`${server.name} failed`, { cause });
  }
}

export function gauges(
  servers: readonly BenchServer[],
  run: (server: BenchServer) => Promise<number>,
  aim: Pick<Gauge, "target" | "targetRatio"> = {},
): readonly Gauge[] {
  return each(servers, run, aim).map((contender, index) => {
    const server = servers[index];
    return { ...contender, run: async () => (server === undefined ? Number.NaN : named(server, run)) };
  });
}
