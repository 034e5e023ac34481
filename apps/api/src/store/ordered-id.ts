import type { Clock } from "@relite/core/clock";

const counterBits = 12;

/**
 * Ids that grow: UUID version 7 (RFC 9562 §6.2, method 1) with a counter within the millisecond. A tree of 100,000
 * rows takes them at its end instead of all over, which is what a first index spends its time on.
 */
export function createOrderedIds(
  clock: Pick<Clock, "nowMs">,
  randomBytes: (length: number) => Uint8Array,
): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const nowMs = clock.nowMs();
    counter = nowMs > lastMs ? 0 : counter + 1;
    // A full counter borrows from the next millisecond; a clock set back goes on from where it was.
    if (counter >> counterBits > 0) counter = 0;
    lastMs = nowMs > lastMs ? nowMs : lastMs + (counter === 0 ? 1 : 0);
    const time = lastMs.toString(16).padStart(12, "0");
    const order = counter.toString(16).padStart(3, "0");
    const random = Buffer.from(randomBytes(8)).toString("hex");
    const variant = "89ab"[Number.parseInt(random[0] ?? "0", 16) & 3];
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
  };
}
