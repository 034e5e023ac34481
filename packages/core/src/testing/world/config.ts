import { z } from "zod";
import { readEnv } from "../../env/index.ts";

const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

export interface WorldConfig {
  readonly schedules: number;
  readonly firstSeed: number;
  /** So many of the bugs put in on purpose are tried. */
  readonly mutants: number;
}

/** How much of the simulated world a run explores: `RELITE_SYNC_SCHEDULES` from `RELITE_SYNC_SEED` on, `RELITE_SYNC_MUTANTS`. */
export function readWorldConfig(): WorldConfig {
  const settings = readEnv(
    z.object({
      RELITE_SYNC_SCHEDULES: count.default(2_000),
      RELITE_SYNC_SEED: count.default(1),
      RELITE_SYNC_MUTANTS: count.default(3),
    }),
    process.env,
  );
  return {
    schedules: settings.RELITE_SYNC_SCHEDULES,
    firstSeed: settings.RELITE_SYNC_SEED,
    mutants: settings.RELITE_SYNC_MUTANTS,
  };
}
