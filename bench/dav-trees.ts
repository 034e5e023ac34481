import { each, gauges, prepare } from "./dav-contenders.ts";
import { expectSuccess, fillFolder, transfer } from "./dav-requests.ts";
import type { BenchServer } from "./dav-servers.ts";
import { measureFigures, measureTimes, type Table } from "./measure.ts";
import type { BenchOptions } from "./options.ts";

/** Trees of 10,000 files, in folders of 500. */
export async function* benchTrees(
  servers: readonly BenchServer[],
  say: BenchOptions["say"],
): AsyncGenerator<Table> {
  const able = await prepare(servers, say, makeTree);
  let copies = 0;
  const copy = (server: BenchServer) => transfer(server, "COPY", "tree/", `copy-${copies++}/`);
  yield await measureTimes("COPY of a tree of 10,000 files", each(able, copy, { target: 100 }), {
    rounds: 3,
  });
  let moves = 0;
  // There and back again is one there and one back.
  const move = async (server: BenchServer) => {
    moves += 1;
    const startMs = performance.now();
    await transfer(server, "MOVE", "tree/", `moved-${moves}/`);
    const tookMs = performance.now() - startMs;
    await transfer(server, "MOVE", `moved-${moves}/`, "tree/");
    return tookMs;
  };
  const remove = async (server: BenchServer) => {
    const name = `gone-${copies++}/`;
    await transfer(server, "COPY", "tree/", name);
    const startMs = performance.now();
    await expectSuccess(server, "DELETE", name);
    return performance.now() - startMs;
  };
  yield await measureFigures("MOVE of a tree of 10,000 files", "ms", gauges(able, move, { target: 5 }));
  const removal = gauges(able, remove, { target: 100 });
  yield await measureFigures("DELETE of a tree of 10,000 files", "ms", removal, { rounds: 3 });
}

async function makeTree(server: BenchServer): Promise<void> {
  await expectSuccess(server, "MKCOL", "tree/");
  for (let at = 0; at < 20; at += 1) await fillFolder(server, `tree/${at}/`, 500);
}

/** Whether an earlier group left it. */
function hasTree(server: BenchServer): Promise<boolean> {
  return expectSuccess(server, "PROPFIND", "tree/", { headers: { depth: "0" } }).then(
    () => true,
    () => false,
  );
}

export async function* benchSync(servers: readonly BenchServer[]): AsyncGenerator<Table> {
  const ours = servers.filter(({ isOurs }) => isOurs);
  const report = (server: BenchServer, token: string) =>
    expectSuccess(server, "REPORT", "many/", {
      headers: { "content-type": "application/xml" },
      body: `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>infinite</sync-level><prop><getetag/></prop></sync-collection>`,
    });
  const tokenOf = (text: string) => /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? "";
  const tokens = new Map<BenchServer, string>();
  for (const server of ours) {
    if (!(await hasTree(server))) await makeTree(server);
    await expectSuccess(server, "MKCOL", "many/");
    for (let at = 0; at < 10; at += 1) await transfer(server, "COPY", "tree/", `many/${at}/`);
    tokens.set(server, tokenOf(await report(server, "")));
    for (let at = 0; at < 10; at += 1)
      await expectSuccess(server, "PUT", `many/${at}/3/file-7.txt`, { body: `changed ${at}` });
  }
  const ask = async (server: BenchServer) => {
    const text = await report(server, tokens.get(server) ?? "");
    if (text.split("<D:response>").length !== 11) throw new Error("not the ten changes");
  };
  const title = "sync-collection over 100,000 nodes with 10 changes";
  yield await measureTimes(title, each(ours, ask, { target: 5 }), { rounds: 9 });
}
