import { systemClock } from "../../clock/index.ts";
import { memoryLocks, memorySyncStore, seededRandom } from "../../testing/index.ts";
import { generateKeyPair, signerFromKeyPair } from "../../ucan/index.ts";
import { createDavClient } from "../../webdav/index.ts";
import { createDavLaneRemote, createRequestLog, createSyncEngine, stageChanges } from "../index.ts";

/** A device as the web app puts it together, its requests going over real HTTP and through `wrap`. */
export async function wireDevice(
  url: string,
  seed: number,
  wrap: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch = (fetch) => fetch,
) {
  const [store, random, log] = [memorySyncStore(), seededRandom(seed), createRequestLog(systemClock)];
  const client = createDavClient({ baseUrl: url, fetch: log.wrap(wrap(fetch)) });
  const engine = createSyncEngine({
    store,
    remote: createDavLaneRemote({ client, appId: "relite" }),
    clock: systemClock,
    random,
    locks: memoryLocks(),
    signer: await signerFromKeyPair(await generateKeyPair({ extractable: false })),
  });
  const edit = (id: string, value: string) =>
    store.write((writer) =>
      stageChanges(writer, [{ kind: "set", entity: `session/${id}`, field: "title", value }], {
        nowMs: Date.now(),
        random,
        group: id,
      }),
    );
  const titles = () =>
    store.read(async (reader) => {
      const rows = await reader.list("entities", { from: "", to: "\uffff" });
      return rows.map(({ value }) => value.entries.at(-1)?.value).sort();
    });
  return { store, engine, log, edit, titles };
}
