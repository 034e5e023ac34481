import { RouterProvider } from "@tanstack/react-router";
import { useLiveQuery } from "dexie-react-hooks";
import { lazy, Suspense, useState } from "react";
import type { CodeKind } from "../setup/link-code.ts";
import { SyncProvider } from "../sync/sync-provider.tsx";
import { createAppRouter } from "./router.tsx";
import { useRuntime } from "./runtime.tsx";
import { SessionProvider } from "./session.tsx";

const Onboarding = lazy(async () => {
  const { Onboarding } = await import("../identity/onboarding.tsx");
  return { default: Onboarding };
});

/** No identity: the first visit. An identity: the application, on the address that was asked for. */
export function App({ arrivedBy }: { readonly arrivedBy: CodeKind | null }) {
  const { database } = useRuntime();
  const [router] = useState(createAppRouter);
  const identity = useLiveQuery(async () => (await database.identity.get("self")) ?? null, [database]);
  if (identity === undefined) return null;
  if (identity === null)
    return (
      <Suspense fallback={null}>
        <Onboarding arrivedBy={arrivedBy} />
      </Suspense>
    );
  return (
    <SessionProvider identity={identity}>
      <SyncProvider>
        <RouterProvider router={router} />
      </SyncProvider>
    </SessionProvider>
  );
}
