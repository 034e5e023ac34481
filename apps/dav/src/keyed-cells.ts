import { hash } from "node:crypto";

/** Counters by key in memory that several threads share. */
export interface KeyedCells {
  /** Where the cells of a key begin, made when it is new: the longest idle of its places is taken over; null when none is idle. */
  find(key: string | number): number | null;
  readonly cells: BigInt64Array<SharedArrayBuffer>;
}

const places = 4_096;
const placesPerKey = 16;
const bytesPerCell = 8;
const free = 0n;

export function createCellMemory(cellsPerKey: number): SharedArrayBuffer {
  return new SharedArrayBuffer(places * (cellsPerKey + 1) * bytesPerCell);
}

/** A hash table of fixed size; `isIdle` says of the cells at an index that they may be given to another key. */
export function createKeyedCells(
  memory: SharedArrayBuffer,
  cellsPerKey: number,
  isIdle: (cells: BigInt64Array<SharedArrayBuffer>, at: number) => boolean,
): KeyedCells {
  const cells = new BigInt64Array(memory);
  const width = cellsPerKey + 1;

  function find(key: string | number): number | null {
    const id = idOf(key);
    const start = Number(BigInt.asUintN(32, id * 0x9e3779b97f4a7c15n) % BigInt(places));
    for (const wanted of [id, free]) {
      for (let step = 0; step < placesPerKey; step += 1) {
        const at = ((start + step) % places) * width;
        const known = Atomics.load(cells, at);
        if (known === id) return at + 1;
        if (wanted === free && (known === free || isIdle(cells, at + 1))) {
          const before = Atomics.compareExchange(cells, at, known, id);
          if (before === known || before === id) return at + 1;
        }
      }
    }
    return null;
  }

  return { find, cells };
}

/** Never 0, which marks a free place. */
function idOf(key: string | number): bigint {
  if (typeof key === "number") return BigInt(key) * 2n + 1n;
  return BigInt.asIntN(64, BigInt(`0x${hash("sha256", key, "hex").slice(0, 16)}`) * 2n) || 2n;
}
