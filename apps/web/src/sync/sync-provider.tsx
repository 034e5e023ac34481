import type { SyncStatus } from "@relite/core/sync";
import { useLiveQuery } from "dexie-react-hooks";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useRuntime } from "../app/runtime.tsx";
import { useSession } from "../app/session.tsx";
import { useLocalChat } from "../chat/local-chat.tsx";
import type { SyncControl } from "./start-sync.ts";

const SyncContext = createContext<SyncControl | null>(null);

/** null for the moment in which sync starts again after a change of settings or identity. */
export function useSync(): SyncControl | null {
  return useContext(SyncContext);
}

export function SyncProvider({ children }: { readonly children: ReactNode }) {
  const runtime = useRuntime();
  const session = useSession();
  const local = useLocalChat();
  const [control, setControl] = useState<SyncControl | null>(null);
  const newest = useRef(session);
  newest.current = session;
  const isAutomatic = useAutomatic();
  const key = `${session.identity.delegation} ${JSON.stringify(session.endpoint)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when sync starts anew
  useEffect(() => {
    let isOver = false;
    let started: SyncControl | null = null;
    // After the first paint: nothing that is shown first needs it.
    void import("./start-sync.ts").then(({ startSync }) => {
      if (isOver) return;
      started = startSync(runtime, newest.current, local);
      setControl(started);
    });
    return () => {
      isOver = true;
      started?.close();
      setControl(null);
    };
  }, [runtime, local, key]);
  useEffect(() => {
    if (isAutomatic !== undefined) control?.setAutomatic(isAutomatic);
  }, [control, isAutomatic]);
  return <SyncContext value={control}>{children}</SyncContext>;
}

const automaticKey = "automatic-sync";

/** On unless the user switched it off; undefined until read. */
export function useAutomatic(): boolean | undefined {
  const { database } = useRuntime();
  return useLiveQuery(async () => (await database.settings.get(automaticKey))?.value !== false, [database]);
}

export async function saveAutomatic(
  settings: { put(row: { readonly key: string; readonly value: unknown }): Promise<unknown> },
  isAutomatic: boolean,
): Promise<void> {
  await settings.put({ key: automaticKey, value: isAutomatic });
}

const resting: SyncStatus = {
  phase: "idle",
  up: 0,
  down: 0,
  held: 0,
  behind: 0,
  reason: null,
  lastDoneMs: null,
};

export function useSyncStatus(): SyncStatus {
  const control = useSync();
  return useSyncExternalStore(
    (listener) => control?.engine.status.subscribe(listener) ?? (() => undefined),
    () => control?.engine.status.current() ?? resting,
  );
}
