/**
 * Whose turn it is to write, among the threads of one process. SQLite lets one connection write at a time; who finds it
 * taken would sleep, and answer nobody meanwhile.
 */
export interface WriteTurns {
  /** Takes the turn; false when another has it. */
  take(): boolean;
  /** Resolves when the turn was given back, or is about to be. */
  whenFree(): Promise<unknown>;
  /** Takes the turn, standing still for it for some milliseconds; false when it is not given back that soon. */
  insist(): boolean;
  giveBack(): void;
}

const nobody = 0;
const patienceMs = 5;

/** Where one thread alone writes. */
export const undisputed: WriteTurns = {
  take: () => true,
  whenFree: () => Promise.resolve(),
  insist: () => true,
  giveBack: () => {},
};

/** The number of the thread that began the others, and those of the threads that answer requests. */
export const firstTurn = 1;
export const turnOf = (thread: number): number => firstTurn + 1 + thread;

export function createTurnMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The turns on shared memory, as a thread takes part in them; `self` is a number of its own above 0. */
export function createWriteTurns(memory: SharedArrayBuffer, self: number): WriteTurns {
  const cell = new Int32Array(memory);
  const take = () => Atomics.compareExchange(cell, 0, nobody, self) === nobody;
  return {
    take,
    whenFree: async () => {
      const holder = Atomics.load(cell, 0);
      if (holder !== nobody) await Atomics.waitAsync(cell, 0, holder).value;
    },
    insist() {
      const holder = Atomics.load(cell, 0);
      if (holder !== nobody) Atomics.wait(cell, 0, holder, patienceMs);
      return take();
    },
    giveBack: () => endTurn(memory, self),
  };
}

/** Ends the turn of a thread, if it has it: of one that is gone as well, after its connection was closed. */
export function endTurn(memory: SharedArrayBuffer, thread: number): void {
  const cell = new Int32Array(memory);
  if (Atomics.compareExchange(cell, 0, thread, nobody) === thread) Atomics.notify(cell, 0);
}
