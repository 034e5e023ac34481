import { z } from "zod";
import { readEnv } from "../../env/index.ts";

const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

/** How much of the simulated world a run explores: `RELITE_SYNC_SCHEDULES` from `RELITE_SYNC_SEED` on. */
export function readWorldConfig(): { readonly schedules: number; readonly firstSeed: number } {
  const settings = readEnv(
    z.object({
      RELITE_SYNC_SCHEDULES: count.default(2_000),
      RELITE_SYNC_SEED: count.default(1),
    }),
    process.env,
  );
  return { schedules: settings.RELITE_SYNC_SCHEDULES, firstSeed: settings.RELITE_SYNC_SEED };
}
