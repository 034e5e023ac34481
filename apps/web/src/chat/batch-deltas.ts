import type { Clock } from "@relite/core/clock";

/** A piece of an answer as the API streams it. */
export type AnswerPart = { readonly type: "delta"; readonly text: string } | { readonly type: "end" };

/**
 * Joins the deltas of an answer so that at most one text comes every `everyMs`; what is there when the model pauses
 * comes all the same. The source is closed when the reader stops early.
 */
export async function* batchDeltas(
  source: AsyncIterable<AnswerPart>,
  { clock, everyMs }: { readonly clock: Clock; readonly everyMs: number },
): AsyncGenerator<string> {
  const parts = source[Symbol.asyncIterator]();
  let pending = "";
  let next = parts.next();
  let due: Promise<"due"> | null = null;
  try {
    for (;;) {
      const first = await (due === null ? next : Promise.race([next, due]));
      if (first === "due") {
        yield pending;
        [pending, due] = ["", null];
        continue;
      }
      if (first.done === true) break;
      if (first.value.type === "delta") pending += first.value.text;
      if (pending !== "") due ??= clock.sleep(everyMs).then(() => "due" as const);
      next = parts.next();
    }
    if (pending !== "") yield pending;
    pending = "";
  } catch (error) {
    if (pending !== "") yield pending;
    throw error;
  } finally {
    // Not awaited: a generator that waits for its model answers only when the model does.
    parts.return?.().catch(() => {});
  }
}
