import { useLiveQuery } from "dexie-react-hooks";
import { lazy, Suspense } from "react";
import type { CodeKind } from "../setup/link-code.ts";
import { useRuntime } from "./runtime.tsx";

const Onboarding = lazy(async () => {
  const { Onboarding } = await import("../identity/onboarding.tsx");
  return { default: Onboarding };
});

const SignedIn = lazy(async () => {
  const { SignedIn } = await import("./signed-in.tsx");
  return { default: SignedIn };
});

/** No identity: the first visit. An identity: the application, on the address that was asked for. */
export function App({ arrivedBy }: { readonly arrivedBy: CodeKind | null }) {
  const { database } = useRuntime();
  const identity = useLiveQuery(async () => (await database.identity.get("self")) ?? null, [database]);
  if (identity === undefined) return null;
  return (
    <Suspense fallback={null}>
      {identity === null ? <Onboarding arrivedBy={arrivedBy} /> : <SignedIn identity={identity} />}
    </Suspense>
  );
}
