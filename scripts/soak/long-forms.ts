/** A test of the endpoint in its long form: asked for by its environment. */
export interface LongForm {
  readonly name: string;
  /** Below `apps/dav/tests`. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Everything that proves the endpoint by long random work, longest first. `scale` 1 is what a release takes (some 20 minutes
 * on two cores); every number grows and shrinks with it. What is random follows from `seed` alone.
 */
export function longForms(scale: number, seed: number): readonly LongForm[] {
  const times = (count: number) => String(Math.max(1, Math.round(count * scale)));
  return [
    {
      name: "kill -9 under 16 writers",
      file: "kill.test",
      env: { DAV_KILL_ROUNDS: times(140), DAV_KILL_SEED: String(seed) },
    },
    {
      name: "kill -9, one answering thread",
      file: "kill.test",
      env: { DAV_KILL_ROUNDS: times(60), DAV_KILL_SEED: String(seed + 1), DAV_KILL_THREADS: "1" },
    },
    {
      name: "requests of every kind",
      file: "soak.test",
      env: { DAV_SOAK_REQUESTS: times(100_000) },
    },
    {
      name: "model of a WebDAV tree",
      file: "tree-model.test",
      env: { DAV_MODEL_SEEDS: times(300), DAV_MODEL_SEED: String(seed) },
    },
    {
      name: "eight clients, one order",
      file: "concurrency.test",
      env: { DAV_CONCURRENCY_EPOCHS: times(300), DAV_CONCURRENCY_SEED: String(seed) },
    },
    {
      name: "power cuts",
      file: "power-loss.test",
      env: { DAV_POWER_CUTS: times(600) },
    },
    {
      name: "failing disk",
      file: "disk-faults.test",
      env: { DAV_FAULT_SEEDS: times(60), DAV_FAULT_SEED: String(seed) },
    },
    {
      name: "kill -9 during uploads",
      file: "upload-kill.test",
      env: { DAV_UPLOAD_KILL_ROUNDS: times(10) },
    },
    {
      name: "kill -9 during deletions",
      file: "trash-kill.test",
      env: { DAV_TRASH_KILL_ROUNDS: times(20) },
    },
  ];
}
