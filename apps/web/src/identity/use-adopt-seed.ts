import { useMutation } from "@tanstack/react-query";
import { useRuntime } from "../app/runtime.tsx";
import { deviceNameOf } from "./device-name.ts";
import { createIdentity } from "./identity.ts";

/** Makes this browser a device of the seed's owner; the page goes on by itself once the record is stored. */
export function useAdoptSeed() {
  const { database, clock } = useRuntime();
  return useMutation({
    networkMode: "always",
    mutationFn: async (seed: Uint8Array) => {
      const deviceName = deviceNameOf(navigator.userAgent);
      await database.identity.put(await createIdentity({ seed, deviceName, nowMs: clock.nowMs() }));
    },
  });
}
