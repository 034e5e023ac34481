import { createSyncEngine, type LaneRemote, type TailSigner } from "../../sync/index.ts";
import { fakeClock, memoryLocks, memorySyncStore, seededRandom } from "../../testing/index.ts";
import { createChat } from "../index.ts";

/** A device with chat and sync on a shared server; its clock stands still until told, `skewMs` off. */
export function chatDevice(
  remote: LaneRemote,
  seed: number,
  { skewMs = 0, signer = null }: { readonly skewMs?: number; readonly signer?: TailSigner | null } = {},
) {
  const clock = fakeClock(Date.UTC(2026, 0, 1) + skewMs);
  const [store, locks, random] = [memorySyncStore(), memoryLocks(), seededRandom(seed)];
  const openTab = () => createChat({ store, clock, random, locks });
  return {
    store,
    clock,
    openTab,
    chat: openTab(),
    engine: createSyncEngine({ store, remote, clock, random, locks, signer }),
  };
}

export type ChatDevice = ReturnType<typeof chatDevice>;

/** Everyone meets the server twice, in turn. */
export async function meet(...devices: readonly ChatDevice[]): Promise<void> {
  for (let round = 0; round < 2; round += 1) for (const { engine } of devices) await engine.syncNow();
}

/** All that a person sees, as plain data. */
export async function seen({ chat }: ChatDevice) {
  const sessions = await chat.sessions();
  return Promise.all(
    sessions.map(async ({ id, title }) => ({
      title,
      messages: (await chat.messages(id)).map(({ text, status }) => `${status}: ${text}`),
    })),
  );
}
