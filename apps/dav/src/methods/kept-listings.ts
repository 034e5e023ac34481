/** Listings that were given more than once, and may be given again, or made right again where something changed. */
export interface KeptListings {
  /** Null when it is not known, or not any more. What is found stays until it is let go of. */
  find(key: string): HeldListing | null;
  /** Gathers the parts of a listing; null for one that is given for the first time, or is too long. */
  begin(key: string): ListingCopy | null;
}

/** Some members, as they stand in an answer. */
export interface Stretch {
  readonly bytes: Uint8Array;
  /** Of the last member in it; empty where there is none. */
  readonly lastName: string;
}

export interface HeldListing {
  /** Of the collection, when it was listed. */
  readonly version: number;
  /** What stands before its members. */
  readonly head: Uint8Array;
  /** At least one. */
  readonly stretches: readonly Stretch[];
  /** The same with another head and with what came in the place of some stretches; kept instead, where there is room. */
  renew(fresh: FreshParts): HeldListing;
  release(): void;
}

export interface FreshParts {
  readonly version: number;
  readonly head: Uint8Array;
  /** By the place of what they replace. */
  readonly stretches: ReadonlyMap<number, readonly Stretch[]>;
}

export interface ListingCopy {
  /** Takes over what stands before the members, and then stretch after stretch, bytes and all. */
  add(part: Stretch): void;
  /** The listing is whole, and was true of the moment when its collection had that version. */
  keep(version: number): void;
  /** To be called in the end, whether it was kept or not. */
  end(): void;
}

/** Held while it is part of a listing that is kept or sent. */
interface Piece extends Stretch {
  uses: number;
}

interface Kept {
  readonly version: number;
  readonly pieces: readonly Piece[];
  senders: number;
}

const maxKeyLength = 4_096;
const maxSeen = 64;
// What an object and its place in a list take beside its bytes.
const bytesPerPiece = 256;

/**
 * Never holds more than `maxBytes`, what is being sent or gathered included; of those not in use the longest unused goes
 * first. A listing is kept when it is given for the second time: what is asked once costs nothing.
 */
export function createKeptListings(size: { maxBytes: number; maxEach: number }): KeptListings {
  const shelf = createShelf(size);
  // In the order of their last use; false: longer than may be kept.
  const isShortByKey = new Map<string, boolean>();

  function see(key: string, isShort: boolean): void {
    isShortByKey.delete(key);
    isShortByKey.set(key, isShort);
    for (const oldest of isShortByKey.keys()) {
      if (isShortByKey.size <= maxSeen) break;
      isShortByKey.delete(oldest);
    }
  }

  return {
    find(key) {
      const kept = shelf.find(key);
      return kept === null ? null : hold(shelf, key, kept);
    },
    begin(key) {
      if (key.length > maxKeyLength) return null;
      const isShort = isShortByKey.get(key);
      see(key, isShort ?? true);
      if (isShort !== true) return null;
      // What is listed anew though it is kept could not be made right.
      shelf.forget(key);
      return gather(shelf, key, () => see(key, false));
    },
  };
}

/** What is kept, by its question, and the count of all bytes in use. */
type Shelf = ReturnType<typeof createShelf>;

function createShelf({ maxBytes, maxEach }: { maxBytes: number; maxEach: number }) {
  // In the order of their last use.
  const keptByKey = new Map<string, Kept>();
  let held = 0;

  function take(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      if (piece.uses === 0) held += sizeOf(piece);
      piece.uses += 1;
    }
  }

  function letGo(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      piece.uses -= 1;
      if (piece.uses === 0) held -= sizeOf(piece);
    }
  }

  function forget(key: string): void {
    letGo(keptByKey.get(key)?.pieces ?? []);
    keptByKey.delete(key);
  }

  return {
    maxEach,
    take,
    letGo,
    forget,
    makeRoom(bytes: number): boolean {
      for (const [key, { senders }] of keptByKey) {
        if (held + bytes <= maxBytes) break;
        if (senders === 0) forget(key);
      }
      return held + bytes <= maxBytes;
    },
    put(key: string, kept: Kept): void {
      take(kept.pieces);
      forget(key);
      keptByKey.set(key, kept);
    },
    find(key: string): Kept | null {
      const kept = keptByKey.get(key);
      if (kept === undefined) return null;
      keptByKey.delete(key);
      keptByKey.set(key, kept);
      return kept;
    },
    isCurrent: (key: string, kept: Kept): boolean => keptByKey.get(key) === kept,
  };
}

function hold(shelf: Shelf, key: string, kept: Kept): HeldListing {
  const { version, pieces } = kept;
  const [head, ...stretches] = pieces;
  let isHeld = true;
  shelf.take(pieces);
  kept.senders += 1;
  return {
    version,
    head: head?.bytes ?? nothing.bytes,
    stretches,
    release() {
      if (!isHeld) return;
      isHeld = false;
      kept.senders -= 1;
      shelf.letGo(pieces);
    },
    renew(fresh) {
      const next = { version: fresh.version, pieces: replace(stretches, fresh), senders: 0 };
      // Another answer may have renewed it already, or all has been let go of meanwhile.
      if (!shelf.isCurrent(key, kept)) return hold(shelf, key, next);
      const more = next.pieces.filter(({ uses }) => uses === 0);
      const fits = lengthOf(next.pieces) <= shelf.maxEach && shelf.makeRoom(lengthOf(more));
      if (fits) shelf.put(key, next);
      else shelf.forget(key);
      return hold(shelf, key, next);
    },
  };
}

function gather(shelf: Shelf, key: string, tellTooLong: () => void): ListingCopy {
  const pieces: Piece[] = [];
  let length = 0;
  let isWhole = true;

  function end(): void {
    shelf.letGo(pieces);
    pieces.length = 0;
  }

  function add(stretch: Stretch): void {
    const size = sizeOf(stretch);
    if (isWhole && length + size > shelf.maxEach) tellTooLong();
    isWhole &&= length + size <= shelf.maxEach && shelf.makeRoom(size);
    if (!isWhole) return void end();
    const piece = { ...stretch, uses: 0 };
    shelf.take([piece]);
    pieces.push(piece);
    length += size;
  }

  return {
    add,
    end,
    keep(version) {
      if (pieces.length === 1) add(nothing);
      if (isWhole && pieces.length > 0) shelf.put(key, { version, pieces: [...pieces], senders: 0 });
    },
  };
}

const nothing: Stretch = { bytes: new Uint8Array(0), lastName: "" };

function replace(stretches: readonly Piece[], { head, stretches: fresh }: FreshParts): readonly Piece[] {
  const pieces: Piece[] = [{ bytes: head, lastName: "", uses: 0 }];
  for (const [at, piece] of stretches.entries()) {
    const instead = fresh.get(at);
    if (instead === undefined) pieces.push(piece);
    else for (const one of instead) pieces.push({ ...one, uses: 0 });
  }
  if (pieces.length === 1) pieces.push({ ...nothing, uses: 0 });
  return pieces;
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
}

function sizeOf({ bytes, lastName }: Stretch): number {
  return bytes.length + lastName.length * 2 + bytesPerPiece;
}
