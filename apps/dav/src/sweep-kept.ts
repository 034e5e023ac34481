import type { Storage } from "./context.ts";
import type { Swept } from "./tree/retention.ts";

type Ports = Pick<Storage, "tree" | "trash" | "versions">;

export interface SweepOptions {
  /** Between two short transactions, so that others are served; rejects to end the sweep early. */
  readonly pause: () => Promise<void>;
}

// Each one transaction of a few milliseconds.
const entriesPerCommit = 100;
const nodesPerCommit = 200;
const versionsPerCommit = 50;
const filesPerLook = 50;
const membersPerPage = 400;

/** Ends what is past its time in trash and versions, and thins old versions. Answers what that freed. */
export async function sweepKept(ports: Ports, nowMs: number, options: SweepOptions): Promise<Swept> {
  const { trash, versions } = ports;
  while ((await trash.expire(nowMs, entriesPerCommit)) > 0) await options.pause();
  const swept = [await repeat(() => versions.expire(nowMs, versionsPerCommit), options)];
  swept.push(await thinVersions(ports, nowMs, options));
  swept.push(await finishPurges(ports, options));
  return sum(swept);
}

/** Ends what is out of reach already: the rest of large trees. */
export async function finishPurges({ trash }: Ports, options: SweepOptions): Promise<Swept> {
  return repeat(() => trash.endSome(nodesPerCommit), options);
}

/** Counts what deleted trees hold, so that it is known what gives way to writes. */
export async function countTrash({ trash, tree }: Ports, { pause }: SweepOptions): Promise<void> {
  for (let last = 0; ; ) {
    const entries = await trash.uncounted(last, entriesPerCommit);
    for (const node of entries) {
      await trash.setBytes(node, await bytesBelow(tree, node, pause));
      await pause();
    }
    last = entries.at(-1) ?? last;
    if (entries.length === 0) return;
  }
}

async function thinVersions({ versions }: Ports, nowMs: number, { pause }: SweepOptions): Promise<Swept> {
  const swept: Swept[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const { ids, last }: Awaited<ReturnType<typeof versions.thinnable>> = await versions.thinnable(
      nowMs,
      after,
      filesPerLook,
    );
    for (let at = 0; at < ids.length; at += versionsPerCommit) {
      swept.push(await versions.end(ids.slice(at, at + versionsPerCommit)));
      await pause();
    }
    after = last;
    await pause();
  }
  return sum(swept);
}

async function bytesBelow(tree: Ports["tree"], top: number, pause: () => Promise<void>): Promise<number> {
  let bytes = 0;
  const waiting = [top];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof tree.members>> = await tree.members(at, after, membersPerPage);
      for (const { id, kind, size } of page) {
        bytes += size;
        if (kind === "collection") waiting.push(id);
      }
      after = page.length === membersPerPage ? page.at(-1)?.name : undefined;
      if (after !== undefined) await pause();
    }
  }
  return bytes;
}

async function repeat(work: () => Promise<Swept>, { pause }: SweepOptions): Promise<Swept> {
  const all: Swept[] = [];
  for (let some = await work(); some.items > 0; some = await work()) {
    all.push(some);
    await pause();
  }
  return sum(all);
}

function sum(parts: readonly Swept[]): Swept {
  return parts.reduce((a, b) => ({ items: a.items + b.items, bytes: a.bytes + b.bytes }), {
    items: 0,
    bytes: 0,
  });
}

/**
 * A clock that no jump ahead carries away: from one look to the next it goes on by `maxStepMs` at most. What is kept may
 * be kept longer by it, never shorter; a jump back is followed at once.
 */
export function createSteadyClock(nowMs: () => number, maxStepMs: number): () => number {
  let highestMs: number | null = null;
  return () => {
    const steadyMs: number = highestMs === null ? nowMs() : Math.min(nowMs(), highestMs + maxStepMs);
    highestMs = Math.max(highestMs ?? steadyMs, steadyMs);
    return steadyMs;
  };
}
