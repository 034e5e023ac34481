/** Answers that were given more than once, and may be given again. */
export interface KeptAnswers {
  /** Null when it is not known, or not any more. What is found stays until it is let go of. */
  find(key: string): KeptAnswer | null;
  /** Gathers an answer's parts. */
  begin(key: string): AnswerCopy;
}

export interface KeptAnswer {
  readonly bytes: Buffer;
  release(): void;
}

export interface AnswerCopy {
  add(bytes: Uint8Array): void;
  /** The answer is whole, and was true of one moment. */
  keep(): void;
}

interface Kept {
  readonly bytes: Buffer;
  readers: number;
}

const maxKeyLength = 4_096;
const maxSeen = 64;

/**
 * Never holds more than `maxBytes`, what is being sent from it included; of those not in use the longest unused goes first.
 * An answer is kept when it is given for the second time: what changes all the time, or is asked once, costs nothing.
 */
export function createKeptAnswers({ maxBytes, maxEach }: { maxBytes: number; maxEach: number }): KeptAnswers {
  // Both in the order of their last use.
  const keptByKey = new Map<string, Kept>();
  const seenLengthByKey = new Map<string, number>();
  let held = 0;

  function makeRoom(bytes: number): boolean {
    for (const [key, kept] of keptByKey) {
      if (held + bytes <= maxBytes) break;
      if (kept.readers > 0) continue;
      keptByKey.delete(key);
      held -= sizeOf(key, kept.bytes);
    }
    return held + bytes <= maxBytes;
  }

  function see(key: string, length: number): void {
    if (length > maxEach || key.length > maxKeyLength) return;
    seenLengthByKey.set(key, length);
    for (const oldest of seenLengthByKey.keys()) {
      if (seenLengthByKey.size <= maxSeen) break;
      seenLengthByKey.delete(oldest);
    }
  }

  return {
    find(key) {
      const kept = keptByKey.get(key);
      if (kept === undefined) return null;
      keptByKey.delete(key);
      keptByKey.set(key, kept);
      kept.readers += 1;
      const release = () => {
        kept.readers -= 1;
      };
      return { bytes: kept.bytes, release };
    },
    begin(key) {
      const known = seenLengthByKey.get(key);
      const bytes = known === undefined ? null : Buffer.allocUnsafeSlow(known);
      let length = 0;
      return {
        add(part) {
          if (bytes !== null && length + part.length <= bytes.length) bytes.set(part, length);
          length += part.length;
        },
        keep() {
          if (bytes === null) return see(key, length);
          if (length !== bytes.length || keptByKey.has(key) || !makeRoom(sizeOf(key, bytes))) return;
          seenLengthByKey.delete(key);
          keptByKey.set(key, { bytes, readers: 0 });
          held += sizeOf(key, bytes);
        },
      };
    },
  };
}

function sizeOf(key: string, bytes: Buffer): number {
  return bytes.length + key.length;
}
