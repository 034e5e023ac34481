/** Works through items, a few at once; the first failure ends it when what runs has ended. */
export async function mapConcurrently<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const run = async () => {
    while (next < items.length && !hasFailed) {
      const item = items[next];
      next += 1;
      if (item === undefined) return;
      await work(item).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, run));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}
