/**
 * What keeps a server of ours small, at no cost in speed. One helper thread of V8 is enough for few processors: four spend as
 * much time on waking as on work. Nurseries of 2 MiB are emptied more often, for less. Maglev, the compiler between baseline
 * code and TurboFan, holds 20 MB in each thread while a load begins, and wins nothing afterwards. What glibc keeps of freed
 * memory is bounded: one arena, and large pieces go back at once.
 */
export const boundedMemory: {
  readonly nodeArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} = {
  nodeArgs: ["--v8-pool-size=1", "--max-semi-space-size=2", "--no-maglev"],
  env: { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" },
};
